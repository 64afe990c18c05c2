import { html } from "../lib/html.js";
import { api } from "../lib/api.js";
import { useData } from "../lib/state.js";
import { label, number } from "../lib/text.js";
import { Facts, Table, Waiting } from "./parts.js";

/** Shows what Check-Data found in the dataset of a job. */
export function Dataset({ job }) {
  const loaded = useData(() => api.dataset(job.name), [job.name]);
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Dataset" />`;
  const { available, reason, data } = loaded.data;
  if (!available) return html`<p class="muted">${label(reason, 400)} <code>./build.sh --target=Check-Data</code> examines the dataset.</p>`;
  const scalars = Object.entries(data).filter(([, value]) => value === null || typeof value !== "object");
  const findings = Array.isArray(data.findings) ? data.findings : [];
  const splits = Object.entries(data.splits ?? {});
  return html`<div>
    <${Facts} facts=${scalars.map(([name, value]) => [name, typeof value === "number" ? number(value) : value])} />
    ${
      splits.length > 0 &&
      html`<h3>Splits</h3>
        <div class="columns">
          ${splits.map(
            ([name, split]) =>
              html`<section>
                <h4>${label(name)}</h4>
                <${Facts}
                  facts=${Object.entries(split)
                    .filter(([, value]) => typeof value !== "object")
                    .map(([key, value]) => [key, typeof value === "number" ? number(value) : value])}
                />
              </section>`,
          )}
        </div>`
    }
    <h3>Findings</h3>
    ${
      findings.length === 0
        ? html`<p class="muted">None.</p>`
        : html`<${Table}
            caption="Findings"
            headings=${["finding", "count", "text"]}
            isNumeric=${(column) => column === 1}
            rows=${findings.map((finding) => [label(finding.name ?? finding.rule ?? finding.kind, 60), finding.count ?? finding.examples?.length ?? 1, label(finding.message ?? finding.text ?? finding.title, 400)])}
          />`
    }
  </div>`;
}
