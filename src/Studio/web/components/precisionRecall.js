import { html } from "../lib/html.js";
import { label, number } from "../lib/text.js";
import { Chart } from "./chart.js";
import { Fold } from "./parts.js";

const MOST_CLASSES = 6; // of one chart

/**
 * Draws the precision over the recall of each class at IoU 0.5, the weakest classes first.
 *
 * curves: [{name, ap50, precision: values at evenly spread recalls}]. before: those of the baseline. points: [{name, recall, precision}]
 * at the threshold. threshold: the score.
 */
export function PrecisionRecall({ curves, before = [], points = [], threshold = null }) {
  const known = curves.filter(({ precision }) => precision?.length > 1).toSorted((a, b) => (a.ap50 ?? 0) - (b.ap50 ?? 0));
  if (known.length === 0) return null;
  const earlier = new Map(before.filter(({ precision }) => precision?.length > 1).map((curve) => [curve.name, curve]));
  const charts = [];
  for (let from = 0; from < known.length; from += MOST_CLASSES) {
    const shown = known.slice(from, from + MOST_CLASSES);
    const own = points.filter(({ name }) => shown.some((curve) => curve.name === name)).toSorted((a, b) => a.recall - b.recall);
    charts.push(
      html`<${Chart}
        key=${from}
        title="Precision and recall by class (IoU 0.5)"
        xLabel="recall, share of 1"
        yLabel="precision, share of 1"
        range=${[0, 1.02]}
        height=${300}
        series=${[
          ...shown.map((curve, color) => lineOf(curve, color, "")),
          ...shown.flatMap(({ name }, color) => (earlier.has(name) ? [{ ...lineOf(earlier.get(name), color, "baseline "), isBefore: true }] : [])),
          ...(own.length
            ? [
                {
                  label: `at score ${threshold.toFixed(2)}`,
                  hasPointsOnly: true,
                  xs: own.map(({ recall }) => recall),
                  ys: own.map(({ precision }) => precision),
                },
              ]
            : []),
        ]}
      />`,
    );
  }
  return html`<div>
    ${charts[0]} ${charts.length > 1 && html`<${Fold} summary=${`The other ${known.length - MOST_CLASSES} classes`}>${charts.slice(1)}<//>`}
  </div>`;
}

function lineOf({ name, ap50, precision }, color, prefix) {
  const value = typeof ap50 === "number" && ap50 >= 0 ? ` AP50 ${number(ap50)}` : "";
  return {
    label: `${prefix}${label(name, 40)}${value}`,
    color,
    xs: precision.map((_, index) => index / (precision.length - 1)),
    ys: precision,
  };
}
