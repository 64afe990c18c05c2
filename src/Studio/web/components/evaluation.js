import { html, useMemo, useState } from "../lib/html.js";
import { MATCH_IOU, classCounts, countConfusions, countImages, readEvaluation } from "../lib/matching.js";
import { label, number } from "../lib/text.js";
import { Confusion } from "./confusion.js";
import { Fold, Table } from "./parts.js";
import { PrecisionRecall } from "./precisionRecall.js";

const MOST_ROWS = 30;

/** The slider of the score threshold; null of `onChange` is the threshold of the run. */
export function Threshold({ threshold, preset, onChange }) {
  return html`<label
    >Score at least
    <input type="range" min="0" max="1" step="0.01" value=${threshold} onInput=${(event) => onChange(Number(event.target.value))} />
    <output>${threshold.toFixed(2)}</output>
    ${preset !== null && threshold !== preset ? html`<button type="button" onClick=${() => onChange(null)}>EVAL_CONF ${preset}</button>` : html`<span class="muted">EVAL_CONF</span>`}</label
  >`;
}

/**
 * Draws what the detector gets right and wrong at a score threshold.
 *
 * evaluation: of readEvaluation. curves, before: see PrecisionRecall. slider: the control of the threshold. addressOf: see Confusion.
 */
export function EvaluationFigures({ evaluation, curves = [], before = [], threshold, slider, addressOf }) {
  const counts = useMemo(() => countConfusions(evaluation, threshold), [evaluation, threshold]);
  const images = useMemo(() => countImages(evaluation, threshold), [evaluation, threshold]);
  const rows = classCounts(counts, evaluation.classes);
  return html`<div>
    <form class="bar" onSubmit=${(event) => event.preventDefault()}>
      ${slider}<span class="muted">A prediction and an object pair at an IoU of ${MATCH_IOU} or more.</span>
    </form>
    <p class="on-paper">Counted with a score of at least ${threshold.toFixed(2)}; a prediction and an object pair at an IoU of ${MATCH_IOU} or more.</p>
    <div class="columns">
      <section>
        <h3>Classes</h3>
        <${ClassTable} rows=${rows.slice(0, MOST_ROWS)} />
        ${rows.length > MOST_ROWS && html`<${Fold} summary=${`${rows.length - MOST_ROWS} more classes`}><${ClassTable} rows=${rows.slice(MOST_ROWS)} /><//>`}
      </section>
      <section>
        <h3>Images</h3>
        <${Table}
          caption="Images with and without an object"
          headings=${["", "predicted object", "predicted none"]}
          isNumeric=${(column) => column > 0}
          rows=${[
            ["actual object", images.tp, images.fn],
            ["actual none", images.fp, images.tn],
          ]}
        />
      </section>
    </div>
    <section>
      <h3>Confusion matrix</h3>
      ${addressOf && html`<p class="muted on-screen">A cell opens its images.</p>`}
      <${Confusion} counts=${counts} classes=${evaluation.classes.map(({ name }) => name)} addressOf=${addressOf} />
    </section>
    <section><${PrecisionRecall} curves=${curves} before=${before} points=${rows} threshold=${threshold} /></section>
  </div>`;
}

function ClassTable({ rows }) {
  return html`<${Table}
    caption="Counts by class"
    headings=${["class", "right", "false positives", "missed", "precision", "recall", "F1"]}
    isNumeric=${(column) => column > 0}
    rows=${rows.map((one) => [label(one.name, 40), one.tp, one.fp, one.fn, number(one.precision), number(one.recall), number(one.f1)])}
  />`;
}

/**
 * Draws the evaluation of a page without a server.
 *
 * truth, predictions: the trainer's files; both may be missing, and then the matrix of evaluation.json is drawn: counts and classes.
 */
export function Evaluation({ truth, predictions, counts, classes, curves, before }) {
  const [chosen, setThreshold] = useState(null);
  const evaluation = useMemo(() => (truth && predictions ? readEvaluation(truth, predictions) : null), [truth, predictions]);
  if (evaluation === null)
    return html`<div>
      ${counts?.length > 0 && html`<${Confusion} counts=${counts} classes=${classes} />`}
      <${PrecisionRecall} curves=${curves} before=${before} />
    </div>`;
  const threshold = chosen ?? evaluation.threshold;
  const slider = html`<${Threshold} threshold=${threshold} preset=${evaluation.threshold} onChange=${setThreshold} />`;
  return html`<${EvaluationFigures} evaluation=${evaluation} curves=${curves} before=${before} threshold=${threshold} slider=${slider} />`;
}
