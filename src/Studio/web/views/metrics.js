import { html, useState } from "../lib/html.js";
import { api } from "../lib/api.js";
import { Chart, smooth } from "../lib/chart.js";
import { useData, useKept } from "../lib/state.js";
import { label } from "../lib/text.js";
import { Waiting } from "./parts.js";

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

/** Shows the metrics of one job over its steps, beside those of other jobs. */
export function Metrics({ job, jobs }) {
  const [weight, setWeight] = useKept("smoothing", 0.6);
  const [isLog, setLog] = useKept("log", false);
  const [isTime, setTime] = useKept("time", false);
  const [others, setOthers] = useState([]);
  const names = [job.name, ...others];
  const loaded = useData(
    () => Promise.all(names.map(async (name) => ({ name, series: await api.metrics(name, job.metricNames ?? []) }))),
    [names.join("\n"), (job.metricNames ?? []).join("\n")],
    (kind, data) => kind === "metrics" && names.includes(data.job),
  );
  if (!job.metricNames?.length) return html`<p class="muted">This job has logged no metric yet.</p>`;
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Metrics" />`;

  const lines = (metric, group) =>
    loaded.data.flatMap(({ name, series }) => {
      const one = series.find((other) => other.name === metric);
      if (!one?.steps.length) return [];
      const start = new Date(one.times?.[0] ?? 0).getTime();
      const xs = isTime && one.times ? one.times.map((each) => (new Date(each).getTime() - start) / 1000) : one.steps;
      const ys = group.unit === "loss" ? smooth(one.values, weight) : one.values;
      const parts = [group.names.length > 1 ? metric : null, names.length > 1 ? name : null].filter(Boolean);
      return [{ label: label(parts.join(" · ") || metric, 60), xs, ys }];
    });

  return html`<div>
    <form class="bar" onSubmit=${(event) => event.preventDefault()}>
      <label
        >Smoothing of losses
        <input type="range" min="0" max="0.99" step="0.01" value=${weight} onInput=${(event) => setWeight(Number(event.target.value))} />
        <output>${weight.toFixed(2)}</output></label
      >
      <label><input type="checkbox" checked=${isLog} onChange=${(event) => setLog(event.target.checked)} /> logarithmic</label>
      <label
        >Over
        <select value=${isTime ? "time" : "step"} onChange=${(event) => setTime(event.target.value === "time")}>
          <option value="step">steps</option>
          <option value="time">seconds</option>
        </select></label
      >
      <details class="menu">
        <summary>Beside ${others.length ? `${others.length} other jobs` : "other jobs"}</summary>
        <fieldset>
          <legend class="hidden">Other jobs</legend>
          ${jobs
            .filter((other) => other.name !== job.name)
            .map(
              (other) =>
                html`<label
                  ><input
                    type="checkbox"
                    checked=${others.includes(other.name)}
                    onChange=${() => setOthers(others.includes(other.name) ? others.filter((name) => name !== other.name) : [...others, other.name])}
                  />
                  ${label(other.name, 80)}</label
                >`,
            )}
        </fieldset>
      </details>
    </form>
    <div class="charts">
      ${groupsOf(job.metricNames).map(
        (group) =>
          html`<${Chart}
            key=${group.title}
            title=${label(group.title)}
            xLabel=${isTime ? "seconds" : "step"}
            yLabel=${group.unit}
            series=${group.names.flatMap((metric) => lines(metric, group))}
            isLog=${isLog && group.unit !== "share of 1"}
            sync="metrics"
          />`,
      )}
    </div>
  </div>`;
}
