import { html, useMemo, useState } from "../lib/html.js";
import { State } from "../components/parts.js";
import { api } from "../lib/api.js";
import { useKept } from "../lib/kept.js";
import { useData } from "../lib/state.js";
import { duration, isNothing, label, measure, time } from "../lib/text.js";
import { Waiting } from "./parts.js";

const FIXED = [
  { key: "experiment", title: "Experiment", of: (job) => label(job.experiment) },
  { key: "state", title: "State", of: (job) => html`<${State} state=${job.state} />`, sort: (job) => job.state },
  { key: "created", title: "Created", of: (job) => time(job.created), sort: (job) => job.created },
  { key: "seconds", title: "Duration", of: (job) => duration(job.seconds), sort: (job) => job.seconds, isNumber: true },
  { key: "compute", title: "Compute", of: (job) => label(job.compute) },
  { key: "node", title: "Node", of: (job) => label(job.node) },
  { key: "imageDigest", title: "Image digest", of: (job) => html`<code>${label(job.imageDigest?.slice(0, 19))}</code>` },
  { key: "dataset", title: "Dataset", of: (job) => html`<code>${label(job.dataset?.slice(0, 12))}</code>` },
];
const SHOWN = ["experiment", "state", "created", "seconds", "metric:eval_mAP", "metric:eval_AP50"];

function columnsOf(jobs) {
  const names = (of) => [...new Set(jobs.flatMap((job) => Object.keys(of(job) ?? {})))].sort();
  return [
    ...FIXED,
    ...names((job) => job.metrics).map((name) => ({
      key: `metric:${name}`,
      title: name,
      of: (job) => measure(name, job.metrics?.[name]),
      sort: (job) => (isNothing(name, job.metrics?.[name]) ? null : job.metrics?.[name]),
      isNumber: true,
    })),
    ...names((job) => job.tags).map((name) => ({ key: `tag:${name}`, title: name, of: (job) => label(job.tags?.[name], 60) })),
  ];
}

function matches(job, words) {
  const text = [job.name, job.displayName, job.experiment, job.state, job.compute, job.dataset, job.imageDigest]
    .concat(Object.entries(job.tags ?? {}).map(([key, value]) => `${key}=${value}`))
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Lists the jobs: sorted, filtered, with the columns that the reader chose. */
export function Jobs() {
  const loaded = useData(api.jobs, [], (kind) => kind === "job");
  const [shown, setShown] = useKept("columns", SHOWN);
  const [sort, setSort] = useKept("sort", { key: "created", isDescending: true });
  const [filter, setFilter] = useState("");
  const [state, setState] = useState("");
  const [chosen, setChosen] = useState([]);
  const jobs = loaded.data ?? [];
  const columns = useMemo(() => columnsOf(jobs), [jobs]);
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Jobs" />`;

  const visibleColumns = columns.filter(({ key }) => shown.includes(key));
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const by = columns.find(({ key }) => key === sort.key) ?? FIXED[2];
  const value = by.sort ?? ((job) => (by.key.startsWith("tag:") ? job.tags?.[by.title] : job[by.key]));
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === y || (x ?? y ?? null) === null) return 0;
    if (x === null || x === undefined) return 1; // what is unknown comes last, whatever the order
    if (y === null || y === undefined) return -1;
    return (x < y ? -1 : 1) * (sort.isDescending ? -1 : 1);
  };
  const rows = jobs.filter((job) => (!state || job.state === state) && matches(job, words)).toSorted(compare);
  const toggle = (list, item) => (list.includes(item) ? list.filter((other) => other !== item) : [...list, item]);
  const states = [...new Set(jobs.map((job) => job.state))].sort();

  return html`<section aria-labelledby="jobs-title">
    <h1 id="jobs-title">Jobs</h1>
    <form class="bar" onSubmit=${(event) => event.preventDefault()}>
      <label
        >Filter <input type="search" placeholder="name, tag=value, …" value=${filter} onInput=${(event) => setFilter(event.target.value)}
      /></label>
      <label
        >State
        <select value=${state} onChange=${(event) => setState(event.target.value)}>
          <option value="">all</option>
          ${states.map((one) => html`<option value=${one}>${label(one)}</option>`)}
        </select></label
      >
      <details class="menu">
        <summary>Columns</summary>
        <fieldset>
          <legend class="hidden">Columns</legend>
          ${columns.map(({ key, title }) => html`<label><input type="checkbox" checked=${shown.includes(key)} onChange=${() => setShown(toggle(shown, key))} /> ${label(title)}</label>`)}
        </fieldset>
      </details>
      ${
        chosen.length > 1
          ? html`<a class="button" href=${`#/compare/${chosen.map(encodeURIComponent).join(",")}`}>Compare ${chosen.length} jobs</a>`
          : html`<span class="muted">Choose two jobs or more to compare them.</span>`
      }
      <span class="muted" role="status">${rows.length} of ${jobs.length}</span>
    </form>
    ${
      jobs.length === 0
        ? html`<p>No job yet. <code>./build.sh --target=Train</code> submits one, and it appears here.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Jobs">
            <table class="jobs">
              <thead>
                <tr>
                  <th scope="col"><span class="hidden">Compare</span></th>
                  <th scope="col">Job</th>
                  ${visibleColumns.map(({ key, title, isNumber }) => {
                    const isSorted = sort.key === key;
                    return html`<th
                      scope="col"
                      class=${isNumber ? "number" : ""}
                      aria-sort=${isSorted ? (sort.isDescending ? "descending" : "ascending") : "none"}
                    >
                      <button
                        type="button"
                        class="plain"
                        onClick=${() => setSort({ key, isDescending: isSorted ? !sort.isDescending : Boolean(isNumber) })}
                      >
                        ${label(title)}<span aria-hidden="true">${isSorted ? (sort.isDescending ? " ↓" : " ↑") : ""}</span>
                      </button>
                    </th>`;
                  })}
                </tr>
              </thead>
              <tbody>
                ${rows.map(
                  (job) =>
                    html`<tr key=${job.name}>
                      <td>
                        <input
                          type="checkbox"
                          aria-label=${`Compare ${label(job.name)}`}
                          checked=${chosen.includes(job.name)}
                          onChange=${() => setChosen(toggle(chosen, job.name))}
                        />
                      </td>
                      <th scope="row">
                        <a href=${`#/jobs/${encodeURIComponent(job.name)}`}>${label(job.name, 80)}</a
                        >${job.kind === "command" ? "" : html` <span class="kind">${label(job.kind)}</span>`}
                      </th>
                      ${visibleColumns.map(({ of, isNumber }) => html`<td class=${isNumber ? "number" : ""}>${of(job)}</td>`)}
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}
