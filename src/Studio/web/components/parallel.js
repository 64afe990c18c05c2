import { html } from "../lib/html.js";
import { label, number } from "../lib/text.js";

const MOST_PARAMETERS = 7;
const MOST_TRIALS = 300;
const MOST_NAMES = 8; // of the values of one axis
const WIDE_RANGE = 50; // ratio of the ends from which a linear axis would press most values together
const [WIDTH, HEIGHT, TOP, BOTTOM, SIDE] = [760, 280, 40, 20, 70];

/** Returns an axis: where a trial crosses it, from 0 to 1 (null without a value), and the values that are named on it. */
export function axisOf(name, trials, of) {
  const values = trials.map(of).filter((value) => value !== undefined && value !== null);
  const isNumeric = values.length > 0 && values.every((value) => typeof value === "number" && Number.isFinite(value));
  if (!isNumeric) {
    const names = [...new Set(values.map(String))].sort();
    const at = (value) => (names.length === 1 ? 0.5 : names.indexOf(String(value)) / (names.length - 1));
    const share = (trial) => ((value) => (value === undefined || value === null ? null : at(value)))(of(trial));
    return { name, share, isLogarithmic: false, marks: names.slice(0, MOST_NAMES).map((each) => [at(each), label(each, 12)]) };
  }
  const [low, high] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const isLogarithmic = low > 0 && high / low > WIDE_RANGE;
  const scale = isLogarithmic ? Math.log : (value) => value / 2; // halves: the span of two large numbers is finite
  const at = (value) => (low === high ? 0.5 : (scale(value) - scale(low)) / (scale(high) - scale(low)));
  const share = (trial) => ((value) => (value === undefined || value === null ? null : at(value)))(of(trial));
  return { name, share, isLogarithmic, marks: (low === high ? [low] : [low, high]).map((each) => [at(each), number(each)]) };
}

/**
 * Draws one axis for each parameter and one for the metric, and one line for each trial.
 *
 * trials: [{name, parameters, metric, isEndedEarly}], each with a metric. names: the parameters, the most important first. best: the best
 * trial, or null.
 */
export function Parallel({ trials, names, metric, best }) {
  const shown = names.slice(0, MOST_PARAMETERS).toSorted();
  const axes = [
    ...shown.map((name) => axisOf(name, trials, (trial) => trial.parameters?.[name])),
    axisOf(metric, trials, (trial) => trial.metric),
  ];
  // The best trial is drawn last, over the others.
  const drawn = trials.slice(0, MOST_TRIALS).toSorted((a, b) => Number(a === best) - Number(b === best));
  const x = (index) => SIDE + (index * (WIDTH - 2 * SIDE)) / Math.max(1, axes.length - 1);
  const y = (share) => HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  const logarithmic = axes.filter((axis) => axis.isLogarithmic).map((axis) => label(axis.name, 40));
  const notes = [
    logarithmic.length && `Logarithmic: ${logarithmic.join(", ")}.`,
    names.length > shown.length && `The ${shown.length} most important of ${names.length} parameters are shown.`,
    trials.length > drawn.length && `The first ${drawn.length} trials are shown.`,
    trials.some(({ isEndedEarly }) => isEndedEarly) && "A dashed trial was ended early.",
  ].filter(Boolean);
  const description = `Parallel coordinates of ${trials.length} trials. ${
    best ? `The best is ${label(best.name)} with ${label(metric, 60)} ${number(best.metric)}.` : "No trial has completed yet."
  }`;
  return html`<figure class="chart">
    <figcaption>Parameters and metric of each trial. The best trial is thick.</figcaption>
    <div class="scroll" role="region" aria-label="Chart of the parameters" tabindex="0">
      <svg class="parallel" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${description}>
        ${axes.map((_, index) => html`<line class="axis" x1=${x(index)} x2=${x(index)} y1=${y(0)} y2=${y(1)} />`)}
        ${drawn.map((trial) => {
          const points = axes
            .map((axis, index) => [x(index), axis.share(trial)])
            .filter(([, share]) => share !== null)
            .map(([across, share]) => `${across.toFixed(1)},${y(share).toFixed(1)}`);
          return html`<polyline
            class=${trial === best ? "best" : trial.isEndedEarly ? "trial ended" : "trial"}
            points=${points.join(" ")}
            fill="none"
            ><title>${label(trial.name)}: ${number(trial.metric)}</title></polyline
          >`;
        })}
        ${axes.map((axis, index) => {
          // The last axis has its numbers inside, where the page has room.
          const [shift, anchor] = index === axes.length - 1 ? [-6, "end"] : [6, "start"];
          return html`<g class="axis">
            <text class="name" x=${x(index)} y="16" text-anchor="middle">${label(axis.name.split(".").at(-1), 18)}</text>
            ${axis.marks.map(([share, text]) => html`<text x=${x(index) + shift} y=${y(share) + 4} text-anchor=${anchor}>${text}</text>`)}
          </g>`;
        })}
      </svg>
    </div>
    ${notes.length > 0 && html`<p class="muted">${notes.join(" ")}</p>`}
  </figure>`;
}
