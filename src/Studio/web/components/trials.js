import { html } from "../lib/html.js";
import { duration, isNothing, label, measure, number, time } from "../lib/text.js";
import { Chart } from "./chart.js";
import { Parallel } from "./parallel.js";
import { ENDED_EARLY, Fold, State, Table } from "./parts.js";

const SHOWN = 30;

/**
 * Shows the trials of a sweep: their parameters and metric, the best so far, and how much each parameter matters.
 *
 * objective: {metric, goal}. trials: [{name, state, parameters, metric, started, seconds, isEndedEarly}]. importance: [{parameter, value}].
 * bestName: name of the best trial; without it the completed trial of the best metric is it. addressOf(name): address of a trial, or null.
 */
export function Trials({ objective, trials, importance = [], bestName, addressOf = () => null }) {
  const isBetter = objective.goal?.toLowerCase() === "minimize" ? (a, b) => a < b : (a, b) => a > b;
  const measured = trials.filter(({ metric }) => typeof metric === "number" && !isNothing(objective.metric, metric));
  const completed = measured.filter(({ state }) => state === "Completed");
  const top = completed.reduce((found, trial) => (found === null || isBetter(trial.metric, found.metric) ? trial : found), null);
  const best = bestName === undefined ? top : (measured.find(({ name }) => name === bestName) ?? null);
  const names = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters ?? {})))];
  const byImportance = importance.length ? importance.map(({ parameter }) => parameter) : names;
  const table = { objective, names, best, addressOf };
  return html`<div>
    ${bestName === undefined && best && html`<p>Best: <${Named} name=${best.name} addressOf=${addressOf} /> with ${number(best.metric)}.</p>`}
    <${TrialTable} ...${table} caption="Trials" trials=${trials.slice(0, SHOWN)} />
    ${
      trials.length > SHOWN &&
      html`<${Fold} summary=${`${trials.length - SHOWN} more trials`}
        ><${TrialTable} ...${table} caption="More trials" trials=${trials.slice(SHOWN)}
      /><//>`
    }
    ${
      measured.length > 1 &&
      html`${names.length > 0 && html`<${Parallel} trials=${measured} names=${byImportance} metric=${objective.metric} best=${best} />`}
        <${BestSoFar} objective=${objective} trials=${trials} isBetter=${isBetter} />`
    }
    ${
      importance.length > 0 &&
      html`<section>
        <h3>Importance of the parameters</h3>
        <ol class="stages">
          ${importance.map(({ parameter, value }) => html`<li><span>${label(parameter, 60)}</span><meter min="0" max="1" value=${value} aria-label=${`${label(parameter, 60)}: ${number(value)}`}></meter><span class="number">${number(value)}</span></li>`)}
        </ol>
        <p class="muted">
          Share of the metric's variance, in ranks, that the parameter explains alone, adjusted for the number of trials. A few trials say
          little, and parameters that act together are not found.
        </p>
      </section>`
    }
  </div>`;
}

function BestSoFar({ objective, trials, isBetter }) {
  let soFar = null;
  const valueOf = ({ metric }) => (typeof metric === "number" && !isNothing(objective.metric, metric) ? metric : null);
  const steps = trials.map((trial) => {
    const value = valueOf(trial);
    if (value !== null && trial.state === "Completed" && (soFar === null || isBetter(value, soFar))) soFar = value;
    return soFar;
  });
  const xs = trials.map((_, index) => index + 1);
  return html`<${Chart}
    title="Best so far"
    xLabel="trial"
    yLabel=${label(objective.metric, 40)}
    series=${[
      { label: "trial", xs, ys: trials.map(valueOf), hasPointsOnly: true, color: 1 },
      { label: "best so far", xs, ys: steps, isStepped: true, color: 0 },
    ]}
  />`;
}

const Named = ({ name, addressOf }) => (addressOf(name) ? html`<a href=${addressOf(name)}>${label(name, 60)}</a>` : label(name, 60));

function TrialTable({ objective, trials, names, best, addressOf, caption }) {
  const hasSeconds = trials.some(({ seconds }) => typeof seconds === "number");
  return html`<${Table}
    caption=${caption}
    headings=${["trial", "state", ...names.map((name) => label(name, 60)), label(objective.metric), hasSeconds ? "duration" : "started"]}
    isNumeric=${(column) => column > 1 && column < names.length + 3}
    rows=${trials.map((trial) => [
      html`<${Named} name=${trial.name} addressOf=${addressOf} />${trial === best ? html` ★<span class="hidden"> best</span>` : ""}`,
      html`<${State} state=${trial.isEndedEarly ? ENDED_EARLY : trial.state} />`,
      ...names.map((name) =>
        typeof trial.parameters?.[name] === "number" ? number(trial.parameters[name]) : label(trial.parameters?.[name] ?? "–", 60),
      ),
      measure(objective.metric, trial.metric),
      hasSeconds ? duration(trial.seconds) : time(trial.started),
    ])}
  />`;
}
