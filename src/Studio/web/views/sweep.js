import { html } from "../lib/html.js";
import { Trials } from "../components/trials.js";
import { api } from "../lib/api.js";
import { useData } from "../lib/state.js";
import { label } from "../lib/text.js";
import { Waiting } from "./parts.js";

/** Shows the trials of a sweep. */
export function Sweep({ job }) {
  const loaded = useData(
    () => api.sweep(job.name),
    [job.name],
    (kind, data) => kind === "job" && (data.name === job.name || data.parent === job.name),
  );
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Trials" />`;
  const { objective, sampling, maxTrials, maxConcurrent, trials, importance } = loaded.data;
  const stored = new Set(trials.filter(({ isInStore }) => isInStore).map(({ name }) => name));
  return html`<div>
    <p>
      ${label(objective.goal)} <strong>${label(objective.metric)}</strong>${sampling === null ? "" : ` by ${label(sampling)} sampling`}:
      ${` ${trials.length}${maxTrials === null ? "" : ` of ${maxTrials}`} trials${maxConcurrent === null ? "" : `, at most ${maxConcurrent} at once`}.`}
    </p>
    <${Trials}
      objective=${objective}
      trials=${trials}
      importance=${importance ?? []}
      addressOf=${(name) => (stored.has(name) ? `#/jobs/${encodeURIComponent(name)}` : null)}
    />
  </div>`;
}
