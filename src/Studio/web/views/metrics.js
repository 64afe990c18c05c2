import { html, useState } from "../lib/html.js";
import { Curves } from "../components/curves.js";
import { api } from "../lib/api.js";
import { useData } from "../lib/state.js";
import { label } from "../lib/text.js";
import { Waiting } from "./parts.js";

/** Shows the metrics of one job over its steps, beside those of other jobs. */
export function Metrics({ job, jobs }) {
  const [others, setOthers] = useState([]);
  const names = [job.name, ...others];
  const loaded = useData(
    () => Promise.all(names.map(async (name) => ({ name, series: await api.metrics(name, job.metricNames ?? []) }))),
    [names.join("\n"), (job.metricNames ?? []).join("\n")],
    (kind, data) => kind === "metrics" && names.includes(data.job),
  );
  if (!job.metricNames?.length) return html`<p class="muted">This job has logged no metric yet.</p>`;
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Metrics" />`;
  return html`<${Curves} runs=${loaded.data} names=${job.metricNames}>
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
  <//>`;
}
