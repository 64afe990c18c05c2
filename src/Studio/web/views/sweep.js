import { html } from "../lib/html.js";
import { api } from "../lib/api.js";
import { Chart } from "../lib/chart.js";
import { useData } from "../lib/state.js";
import { label, number, time } from "../lib/text.js";
import { State, Table, Waiting } from "./parts.js";

/** Shows the trials of a sweep: their parameters and metric, the best so far, and how much each parameter matters. */
export function Sweep({ job }) {
  const loaded = useData(
    () => api.sweep(job.name),
    [job.name],
    (kind, data) => kind === "job" && (data.name === job.name || data.parent === job.name),
  );
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Trials" />`;
  const { objective, sampling, maxTrials, maxConcurrent, trials, importance } = loaded.data;
  const isBetter = objective.goal?.toLowerCase() === "minimize" ? (a, b) => a < b : (a, b) => a > b;
  const measured = trials.filter(({ metric }) => typeof metric === "number");
  const best = measured.reduce((top, trial) => (top === null || isBetter(trial.metric, top.metric) ? trial : top), null);
  const names = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters ?? {})))];
  let soFar = null;
  const steps = trials.map(({ metric }) => {
    if (typeof metric === "number" && (soFar === null || isBetter(metric, soFar))) soFar = metric;
    return soFar;
  });
  return html`<div>
    <p>
      ${label(objective.goal)} <strong>${label(objective.metric)}</strong> by ${label(sampling)} sampling:
      ${` ${trials.length} of ${maxTrials} trials, at most ${maxConcurrent} at once.`}
      ${best ? html` Best: <a href=${`#/jobs/${encodeURIComponent(best.name)}`}>${label(best.name, 60)}</a> with ${number(best.metric)}.` : ""}
    </p>
    <${Table}
      caption="Trials"
      headings=${["trial", "state", ...names.map((name) => label(name, 60)), label(objective.metric), "started"]}
      isNumeric=${(column) => column > 1 && column < names.length + 3}
      rows=${trials.map((trial) => [
        html`<a href=${`#/jobs/${encodeURIComponent(trial.name)}`}>${label(trial.name, 60)}</a>${trial === best ? " ★" : ""}`,
        html`<${State} state=${trial.state} />`,
        ...names.map((name) =>
          typeof trial.parameters?.[name] === "number" ? number(trial.parameters[name]) : label(trial.parameters?.[name] ?? "–", 60),
        ),
        number(trial.metric),
        time(trial.started),
      ])}
    />
    ${
      measured.length > 1 &&
      html`<${Parallel} trials=${measured} names=${names} metric=${objective.metric} best=${best} />
        <${Chart}
          title="Best so far"
          xLabel="trial"
          yLabel=${label(objective.metric, 40)}
          series=${[
            { label: "metric", xs: trials.map((_, index) => index + 1), ys: trials.map(({ metric }) => metric) },
            { label: "best so far", xs: trials.map((_, index) => index + 1), ys: steps },
          ]}
        />`
    }
    ${
      importance?.length > 0 &&
      html`<section>
        <h3>Importance of the parameters</h3>
        <ol class="stages">
          ${importance.map(({ parameter, value }) => html`<li><span>${label(parameter, 60)}</span><meter min="0" max="1" value=${value} aria-label=${`${label(parameter, 60)}: ${number(value)}`}></meter><span class="number">${number(value)}</span></li>`)}
        </ol>
      </section>`
    }
  </div>`;
}

/** Draws one axis for each parameter and one line for each trial. */
function Parallel({ trials, names, metric, best }) {
  const axes = [
    ...names.map((name) => ({ name, of: (trial) => trial.parameters?.[name] })),
    { name: metric, of: (trial) => trial.metric },
  ].map((axis) => {
    const values = trials.map(axis.of).filter((value) => value !== undefined && value !== null);
    const isNumeric = values.every((value) => typeof value === "number");
    const places = isNumeric ? [Math.min(...values), Math.max(...values)] : [...new Set(values.map(String))].sort();
    const isLogarithmic = isNumeric && places[0] > 0 && places[1] / places[0] > 50;
    const scale = isLogarithmic ? Math.log : (value) => value;
    const at = (value) =>
      isNumeric
        ? places[1] === places[0]
          ? 0.5
          : (scale(value) - scale(places[0])) / (scale(places[1]) - scale(places[0]))
        : places.length === 1
          ? 0.5
          : places.indexOf(String(value)) / (places.length - 1);
    return { ...axis, places, isNumeric, at };
  });
  const [width, height, top, side] = [760, 260, 40, 70];
  const x = (index) => side + (index * (width - 2 * side)) / Math.max(1, axes.length - 1);
  const y = (share) => height - 20 - share * (height - 20 - top);
  return html`<figure class="chart">
    <figcaption>Parameters and metric of each trial. The best trial is thick.</figcaption>
    <svg
      viewBox=${`0 0 ${width} ${height}`}
      role="img"
      aria-label=${`Parallel coordinates of ${trials.length} trials; the best is ${best ? label(best.name) : "unknown"}`}
    >
      ${trials.map((trial) => {
        const points = axes.map((axis, index) => [x(index), y(axis.at(axis.of(trial) ?? axis.places[0]))]);
        return html`<polyline
          class=${trial === best ? "best" : "trial"}
          points=${points.map((point) => point.map((value) => value.toFixed(1)).join(",")).join(" ")}
          fill="none"
          ><title>${label(trial.name)}: ${number(trial.metric)}</title></polyline
        >`;
      })}
      ${axes.map(
        (axis, index) =>
          html`<g class="axis"
            ><line x1=${x(index)} x2=${x(index)} y1=${y(0)} y2=${y(1)} />
            <text x=${x(index)} y="14" text-anchor="middle">${label(axis.name.split(".").at(-1), 18)}</text>
            ${(axis.isNumeric ? axis.places : axis.places.slice(0, 8)).map((place) => html`<text x=${x(index) + 5} y=${y(axis.at(place)) + 4}>${axis.isNumeric ? number(place) : label(place, 12)}</text>`)}</g
          >`,
      )}
    </svg>
  </figure>`;
}
