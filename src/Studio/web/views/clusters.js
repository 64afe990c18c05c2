import { html } from "../lib/html.js";
import { Table } from "../components/parts.js";
import { api } from "../lib/api.js";
import { useData } from "../lib/state.js";
import { label } from "../lib/text.js";
import { Waiting } from "./parts.js";

const link = (name) => (name ? html`<a href=${`#/jobs/${encodeURIComponent(name)}`}>${label(name, 60)}</a>` : "–");

/** Shows the clusters: their nodes, what runs on them, and what waits. */
export function Clusters() {
  const loaded = useData(api.clusters, [], (kind) => kind === "job");
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Clusters" />`;
  return html`<section aria-labelledby="clusters-title">
    <h1 id="clusters-title">Clusters</h1>
    ${loaded.data.length === 0 && html`<p>No cluster exists. <code>./build.sh --target=Create-Compute</code> creates the one of an experiment.</p>`}
    ${loaded.data.map(
      ({ name, size, priority, minNodes, maxNodes, nodes, queue, pricePerHour }) =>
        html`<section class="card" key=${name}>
          <h2>${label(name)}</h2>
          <p>
            ${[
              size,
              priority,
              `${minNodes} to ${maxNodes} nodes`,
              pricePerHour === null ? "price unknown" : `about ${Number(pricePerHour.toPrecision(3))} USD per node and hour in Azure`,
            ]
              .filter(Boolean)
              .map((part) => label(part))
              .join(" · ")}
          </p>
          <${Table}
            caption=${`Nodes of ${label(name)}`}
            headings=${["node", "state", "job"]}
            rows=${nodes.map(({ id, state, job }) => [label(id, 60), label(state), link(job)])}
          />
          <p>
            ${queue.length === 0 ? html`<span class="muted">No job waits.</span>` : html`Waiting: ${queue.map((job, index) => html`${index ? ", " : ""}${link(job)}`)}`}
          </p>
        </section>`,
    )}
  </section>`;
}
