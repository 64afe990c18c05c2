import { html, useMemo } from "../lib/html.js";
import { api } from "../lib/api.js";
import { Chart } from "../lib/chart.js";
import { MATCH_IOU, classCounts, countConfusions, countImages, readEvaluation } from "../lib/matching.js";
import { useData, useShared } from "../lib/state.js";
import { label, number } from "../lib/text.js";
import { Table, Waiting } from "./parts.js";

/** Reads a job's predictions and ground truth, and the score threshold that the whole page shares. */
export function useEvaluation(job) {
  const { predictions, groundTruth } = job.files ?? {};
  const hasFiles = Boolean(predictions && groundTruth);
  const loaded = useData(
    async () => (hasFiles ? readEvaluation(await api.artifact(job.name, groundTruth), await api.artifact(job.name, predictions)) : null),
    [job.name, predictions, groundTruth],
  );
  const [chosen] = useShared("threshold", null);
  return {
    ...loaded,
    missing: job.files && !hasFiles ? "The job has written no predictions yet; it does after its last step." : null,
    threshold: chosen ?? loaded.data?.threshold ?? 0.5,
  };
}

/** The slider of the score threshold. */
export function Threshold({ job }) {
  const { threshold, data } = useEvaluation(job);
  const [, setThreshold] = useShared("threshold", null);
  return html`<label
    >Score at least
    <input type="range" min="0" max="1" step="0.01" value=${threshold} onInput=${(event) => setThreshold(Number(event.target.value))} />
    <output>${threshold.toFixed(2)}</output>
    ${data && threshold !== data.threshold ? html`<button type="button" onClick=${() => setThreshold(null)}>EVAL_CONF ${data.threshold}</button>` : html`<span class="muted">EVAL_CONF</span>`}</label
  >`;
}

/** Shows what the detector gets right and wrong at the shared threshold. */
export function Evaluation({ job }) {
  const loaded = useEvaluation(job);
  const evaluation = loaded.data;
  const summary = useData(async () => (job.files?.curves ? api.artifact(job.name, job.files.curves) : null), [job.name, job.files?.curves]);
  const counts = useMemo(() => (evaluation ? countConfusions(evaluation, loaded.threshold) : null), [evaluation, loaded.threshold]);
  if (!counts) return loaded.missing ? html`<p class="muted">${loaded.missing}</p>` : html`<${Waiting} of=${loaded} what="Evaluation" />`;
  const rows = classCounts(counts, evaluation.classes);
  const images = countImages(evaluation, loaded.threshold);
  const curves = summary.data?.precisionRecall ?? [];
  return html`<div>
    <form class="bar" onSubmit=${(event) => event.preventDefault()}>
      <${Threshold} job=${job} /><span class="muted">A prediction and an object pair at an IoU of ${MATCH_IOU} or more.</span>
    </form>
    <div class="columns">
      <section>
        <h3>Classes</h3>
        <${Table}
          caption="Counts by class"
          headings=${["class", "right", "false positives", "missed", "precision", "recall", "F1"]}
          isNumeric=${(column) => column > 0}
          rows=${rows.map((one) => [label(one.name, 40), one.tp, one.fp, one.fn, number(one.precision), number(one.recall), number(one.f1)])}
        />
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
      <p class="muted">A cell opens its images.</p>
      <${Confusion} job=${job} counts=${counts} classes=${evaluation.classes} />
    </section>
    ${
      curves.length > 0 &&
      html`<section>
        <${Chart}
          title="Precision and recall by class (IoU 0.5)"
          xLabel="recall, share of 1"
          yLabel="precision, share of 1"
          range=${[0, 1.02]}
          height=${300}
          series=${[
            ...curves.map(({ name, precision }) => ({
              label: label(name, 40),
              xs: precision.map((_, index) => index / (precision.length - 1)),
              ys: precision,
            })),
            ...(rows.length ? [{ label: `at score ${loaded.threshold.toFixed(2)}`, hasPointsOnly: true, ...pointsOf(rows) }] : []),
          ]}
        />
      </section>`
    }
  </div>`;
}

function pointsOf(rows) {
  const points = rows.map(({ recall, precision }) => [recall, precision]).toSorted((a, b) => a[0] - b[0]);
  return { xs: points.map(([recall]) => recall), ys: points.map(([, precision]) => precision) };
}

function Confusion({ job, counts, classes }) {
  const names = [...classes.map(({ name }) => label(name, 24)), "background"];
  const ids = [...classes.map(({ id }) => id), 0];
  const most = counts.map((row) =>
    Math.max(
      1,
      row.reduce((sum, value) => sum + value, 0),
    ),
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
    <table class="confusion">
      <thead>
        <tr>
          <th scope="col">actual ↓ predicted →</th>
          ${names.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${counts.map(
          (row, actual) =>
            html`<tr>
              <th scope="row">${names[actual]}</th>
              ${row.map((count, predicted) => {
                if (actual === classes.length && predicted === classes.length) return html`<td></td>`;
                const share = Math.min(1, count / most[actual]);
                const words = `actual ${names[actual]}, predicted ${names[predicted]}: ${count}`;
                const address = `#/jobs/${encodeURIComponent(job.name)}/images?actual=${ids[actual]}&predicted=${ids[predicted]}`;
                return html`<td class=${`cell heat-${Math.round(share * 5)} ${actual === predicted ? "right" : ""}`}>
                  ${count ? html`<a href=${address} aria-label=${words}>${count}</a>` : html`<span class="muted">0</span>`}
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
