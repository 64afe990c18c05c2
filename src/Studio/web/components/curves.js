import { html } from "../lib/html.js";
import { useKept } from "../lib/kept.js";
import { isNothing, label } from "../lib/text.js";
import { Chart, smooth } from "./chart.js";

// Metrics of one kind share a chart.
const GROUPS = [
  { title: "Loss", unit: "loss", has: (name) => name === "train_loss" },
  { title: "Losses by part", unit: "loss", has: (name) => name.startsWith("train_loss_") },
  { title: "Average precision", unit: "share of 1", has: (name) => /^eval_(mAP|AP50|AP75)$/.test(name) },
  { title: "Average precision by size", unit: "share of 1", has: (name) => /^eval_AP_/.test(name) },
  { title: "Average precision by class (IoU 0.5)", unit: "share of 1", has: (name) => /^eval_AP50_(?!max$)/.test(name) },
  { title: "Average recall", unit: "share of 1", has: (name) => /^eval_AR/.test(name) },
  { title: "Validation split", unit: "share of 1", has: (name) => /^validation_(?!images$)/.test(name) },
  { title: "Image-level metrics", unit: "share of 1", has: (name) => /^binary_(precision|recall|accuracy|f1)$/.test(name) },
  { title: "Proposal recall", unit: "share of 1", has: (name) => name.startsWith("proposal_recall") },
  { title: "Learning rate", unit: "per step", has: (name) => name === "learning_rate" },
  { title: "Speed", unit: "images per second", has: (name) => name === "images_per_second" },
];
const MOST_LINES = 24;

function groupsOf(names) {
  const left = new Set(names);
  const groups = GROUPS.map((group) => {
    const own = [...left].filter(group.has);
    for (const name of own) left.delete(name);
    return { ...group, names: own.slice(0, MOST_LINES) };
  }).filter((group) => group.names.length > 0);
  const isCount = (name) => /_images$|^binary_(tp|fp|tn|fn)$/.test(name);
  for (const name of left) if (!isCount(name)) groups.push({ title: name, unit: "value", names: [name] });
  return groups;
}

/**
 * Draws the metrics of runs over their steps or their time.
 *
 * runs: [{name, series: [{name, steps, values, times}]}]; times (ISO 8601) may be missing. names: the metrics. isBaseline: whether the
 * second run is the baseline of the first one. children: more controls.
 */
export function Curves({ runs, names, isBaseline = false, children }) {
  const [weight, setWeight] = useKept("smoothing", 0.6);
  const [isLog, setLog] = useKept("log", false);
  const [isTime, setTime] = useKept("time", false);
  const hasTimes = runs.some(({ series }) => series.some(({ times }) => times));
  const isOverTime = isTime && hasTimes;

  const lines = (group) =>
    runs.flatMap(({ name, series }, run) =>
      group.names.flatMap((metric, place) => {
        const one = series.find((other) => other.name === metric);
        if (!one?.steps.length) return [];
        const start = new Date(one.times?.[0] ?? 0).getTime();
        const places = isOverTime && one.times ? one.times.map((each) => (new Date(each).getTime() - start) / 1000) : one.steps;
        const isMeasured = (_, at) => !isNothing(metric, one.values[at]);
        const xs = places.filter(isMeasured);
        const ys = group.unit === "loss" ? smooth(one.values, weight) : one.values.filter(isMeasured);
        const parts = [group.names.length > 1 ? metric : null, runs.length > 1 ? name : null].filter(Boolean);
        const style = isBaseline ? { color: place, isBefore: run > 0 } : {};
        return [{ label: label(parts.join(" · ") || metric, 60), xs, ys, ...style }];
      }),
    );

  return html`<div>
    <form class="bar" onSubmit=${(event) => event.preventDefault()}>
      <label
        >Smoothing of losses
        <input type="range" min="0" max="0.99" step="0.01" value=${weight} onInput=${(event) => setWeight(Number(event.target.value))} />
        <output>${weight.toFixed(2)}</output></label
      >
      <label><input type="checkbox" checked=${isLog} onChange=${(event) => setLog(event.target.checked)} /> logarithmic</label>
      ${
        hasTimes &&
        html`<label
          >Over
          <select value=${isTime ? "time" : "step"} onChange=${(event) => setTime(event.target.value === "time")}>
            <option value="step">steps</option>
            <option value="time">seconds</option>
          </select></label
        >`
      }
      ${children}
    </form>
    <div class="charts">
      ${groupsOf(names).map(
        (group) =>
          html`<${Chart}
            key=${group.title}
            title=${label(group.title)}
            xLabel=${isOverTime ? "seconds" : "step"}
            yLabel=${group.unit}
            series=${lines(group)}
            isLog=${isLog && group.unit !== "share of 1"}
            sync="metrics"
          />`,
      )}
    </div>
  </div>`;
}
