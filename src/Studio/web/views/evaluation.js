import { html } from "../lib/html.js";
import { EvaluationFigures, Threshold as Slider } from "../components/evaluation.js";
import { api } from "../lib/api.js";
import { useShared } from "../lib/kept.js";
import { readEvaluation } from "../lib/matching.js";
import { useData } from "../lib/state.js";
import { Waiting } from "./parts.js";

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

/** The slider of the score threshold that the whole page shares. */
export function Threshold({ job }) {
  const { threshold, data } = useEvaluation(job);
  const [, setThreshold] = useShared("threshold", null);
  return html`<${Slider} threshold=${threshold} preset=${data?.threshold ?? null} onChange=${setThreshold} />`;
}

/** Shows what the detector gets right and wrong at the shared threshold. */
export function Evaluation({ job }) {
  const loaded = useEvaluation(job);
  const evaluation = loaded.data;
  const summary = useData(async () => (job.files?.curves ? api.artifact(job.name, job.files.curves) : null), [job.name, job.files?.curves]);
  if (!evaluation) return loaded.missing ? html`<p class="muted">${loaded.missing}</p>` : html`<${Waiting} of=${loaded} what="Evaluation" />`;
  const ids = [...evaluation.classes.map(({ id }) => id), 0];
  const addressOf = (actual, predicted) =>
    `#/jobs/${encodeURIComponent(job.name)}/images?actual=${ids[actual]}&predicted=${ids[predicted]}`;
  return html`<${EvaluationFigures}
    evaluation=${evaluation}
    curves=${summary.data?.precisionRecall ?? []}
    threshold=${loaded.threshold}
    slider=${html`<${Threshold} job=${job} />`}
    addressOf=${addressOf}
  />`;
}
