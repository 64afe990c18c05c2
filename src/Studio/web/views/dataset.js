import { html } from "../lib/html.js";
import { ContactSheet } from "../components/contactSheet.js";
import { Bars, Histogram, Keys } from "../components/histogram.js";
import { Facts } from "../components/parts.js";
import { api } from "../lib/api.js";
import { useData } from "../lib/state.js";
import { label, number } from "../lib/text.js";
import { Waiting } from "./parts.js";

const MOST_PICTURES = 12; // of one finding
const MOST_FAULTS = 50;

const countsOf = ({ splits, classes }) =>
  splits.map((split) => ({
    name: String(split?.name),
    counts: (Array.isArray(classes) ? classes : []).map((name) => Number(split?.objectsOfClass?.[name] ?? 0)),
  }));

/** Shows what Check-Data found in the dataset of a job, with the pictures that show it. */
export function Dataset({ job }) {
  const loaded = useData(() => api.dataset(job.name), [job.name]);
  const images = useData(() => api.images(job.name), [job.name]);
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Dataset" />`;
  const { available, reason, data } = loaded.data;
  if (!available) return html`<p class="muted">${label(reason, 400)} <code>./build.sh --target=Check-Data</code> examines the dataset.</p>`;
  const scalars = Object.entries(data).filter(([, value]) => value === null || typeof value !== "object");
  const list = (value) => (Array.isArray(value) ? value : []);
  const findings = list(data.findings);
  return html`<div>
    ${!data.hash && html`<p class="muted">A dataset with faults has no hash. This is what Check-Data found last under its IMAGE_TYPE and files.</p>`}
    <${Facts} facts=${scalars.map(([name, value]) => [name, typeof value === "number" ? number(value) : value])} />
    ${
      list(data.splits).length > 0 &&
      html`<h3>Splits</h3>
        <div class="columns">
          ${data.splits.map(
            (split) =>
              html`<section>
                <h4>${label(split?.name)}</h4>
                <${Facts}
                  facts=${Object.entries(split ?? {})
                    .filter(([key, value]) => key !== "name" && typeof value !== "object")
                    .map(([key, value]) => [key, typeof value === "number" ? number(value) : value])}
                />
              </section>`,
          )}
        </div>`
    }
    ${
      list(data.splits).length > 0 &&
      html`<${Keys} names=${data.splits.map((split) => split?.name)} />
        <div class="charts">
          <${Bars} title="Objects of each class" names=${list(data.classes)} series=${countsOf(data)} />
          ${list(data.histograms).map((histogram) => html`<${Histogram} ...${histogram} />`)}
        </div>`
    }
    ${
      list(data.faults).length > 0 &&
      html`<h3>Faults</h3>
        <ul>
          ${data.faults.slice(0, MOST_FAULTS).map((fault) => html`<li class="broken">${label(fault, 400)}</li>`)}
        </ul>
        ${data.faults.length > MOST_FAULTS && html`<p class="muted">and ${number(data.faults.length - MOST_FAULTS)} more faults</p>`}`
    }
    <h3>Findings</h3>
    ${findings.length === 0 && html`<p class="muted">None.</p>`}
    ${images.data && !images.data.available && html`<p class="muted">The pictures are not here: ${label(images.data.reason, 300)}</p>`}
    ${findings.map((finding) => {
      const names = [
        ...new Set(
          list(finding.examples)
            .map(({ fileName }) => fileName)
            .filter((name) => typeof name === "string"),
        ),
      ];
      return html`<section class="card">
        <h4>${label(finding.rule, 60)} <span class="muted">${number(finding.count)}${finding.isFault ? ", a fault" : ""}</span></h4>
        <p>${label(finding.text, 600)}</p>
        <${ContactSheet}
          pictures=${names
            .slice(0, MOST_PICTURES)
            .map((name) => ({ address: images.data?.available ? api.imageAddress(job.name, name) : null, caption: name }))}
        />
        ${names.length > MOST_PICTURES && html`<p class="muted">and ${number(names.length - MOST_PICTURES)} more images</p>`}
      </section>`;
    })}
  </div>`;
}
