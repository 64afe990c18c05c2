import { html } from "../lib/html.js";
import { Facts, State, Table } from "../components/parts.js";
import { api } from "../lib/api.js";
import { useData } from "../lib/state.js";
import { bytes, clock, duration, label, measure, time } from "../lib/text.js";
import { Dataset } from "./dataset.js";
import { Evaluation } from "./evaluation.js";
import { Images } from "./images.js";
import { Log } from "./log.js";
import { Metrics } from "./metrics.js";
import { Orders, Waiting, hasEnded } from "./parts.js";
import { Sweep } from "./sweep.js";

const TABS = {
  overview: { title: "Overview", view: Overview },
  metrics: { title: "Metrics", view: Metrics },
  log: { title: "Log", view: Log },
  images: { title: "Images", view: Images },
  evaluation: { title: "Evaluation", view: Evaluation },
  sweep: { title: "Trials", view: Sweep, fits: (job) => job.kind === "sweep" },
  dataset: { title: "Dataset", view: Dataset },
  artifacts: { title: "Artifacts", view: Artifacts },
  print: { title: "Print", view: OnePage },
};

// The parts that a printed report of a job has.
const PRINTED = ["overview", "sweep", "metrics", "evaluation"];

/** Shows one job. */
export function Job({ name, tab, query, features }) {
  const loaded = useData(
    () => api.job(name),
    [name],
    (kind, data) => kind === "job" && data.name === name,
  );
  const jobs = useData(api.jobs, []);
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Job" />`;
  const job = loaded.data;
  const tabs = Object.entries(TABS).filter(([, { fits }]) => !fits || fits(job));
  const current = TABS[tab] ?? TABS.overview;
  return html`<article>
    <header class="head">
      <h1>${label(job.name, 120)}</h1>
      <${State} state=${job.state} /><span class="muted">${label(job.displayName, 120)}</span><${Orders} job=${job} features=${features} />
    </header>
    ${job.error && html`<p class="fault" role="alert">${label(job.error, 2000)}</p>`}
    <nav class="tabs" aria-label="Parts of the job">
      ${tabs.map(
        ([key, { title, view }]) =>
          html`<a href=${`#/jobs/${encodeURIComponent(name)}/${key}`} aria-current=${view === current.view ? "page" : undefined}
            >${title}</a
          >`,
      )}
    </nav>
    <section class="part" aria-label=${current.title} key=${current.title}>
      <h2 class="hidden">${current.title}</h2>
      <${current.view} job=${job} jobs=${jobs.data ?? []} query=${query} />
    </section>
  </article>`;
}

/** Shows on one page what a report has, to be printed or saved as PDF. */
function OnePage({ job, ...rest }) {
  const parts = PRINTED.map((key) => TABS[key]).filter(({ fits }) => !fits || fits(job));
  return html`<div>
    <p class="bar"><button onClick=${() => window.print()}>Print, or save as PDF</button></p>
    ${parts.map(
      ({ title, view }) => html`<section class="part" key=${title}><h2>${title}</h2><${view} job=${job} ...${rest} /></section>`,
    )}
  </div>`;
}

function Overview({ job }) {
  const coco = job.coco ?? [];
  const names = [...new Set(coco.flatMap(({ values }) => Object.keys(values)))];
  const entries = (object) =>
    Object.entries(object ?? {}).map(([key, value]) => [key, typeof value === "object" && value !== null ? JSON.stringify(value) : value]);
  return html`<div>
    <div class="columns">
      <section>
        <h3>Run</h3>
        <${Facts}
          facts=${[
            ["experiment", job.experiment],
            ["created", time(job.created)],
            ["started", time(job.started)],
            ["ended", time(job.ended)],
            ["duration", duration(job.seconds)],
            ["compute", job.compute],
            ["node", job.node],
            ["image", job.image],
            ["image digest", job.imageDigest],
            ["dataset hash", job.dataset],
            ["parent", job.parent && html`<a href=${`#/jobs/${encodeURIComponent(job.parent)}`}>${label(job.parent)}</a>`],
            ["log", bytes(job.logBytes)],
          ]}
        />
      </section>
      <section>
        <h3>Last metrics</h3>
        <${Facts}
          facts=${Object.entries(job.metrics ?? {})
            .filter(([name]) => /^(eval_(mAP|AP50|AP75)|train_loss|binary_(precision|recall|f1)|proposal_recall)$/.test(name))
            .map(([name, value]) => [name, measure(name, value)])}
        />
      </section>
      ${job.stages?.length > 0 && html`<${Stages} job=${job} />`}
    </div>
    ${
      coco.length > 0 &&
      html`<section>
        <h3>COCO's numbers at each evaluation</h3>
        <${Table}
          caption="COCO's numbers at each evaluation"
          headings=${["step", ...names.map((name) => label(name))]}
          isNumeric=${() => true}
          rows=${coco.map(({ step, values }) => [step, ...names.map((name) => measure(`eval_${name}`, values[name]))])}
        />
      </section>`
    }
    ${
      job.perClass?.length > 0 &&
      html`<section>
        <h3>Classes</h3>
        <${Table}
          caption="Metrics by class"
          headings=${["class", ...Object.keys(job.perClass[0].values)]}
          isNumeric=${(column) => column > 0}
          rows=${job.perClass.map(({ class: name, values }) => [label(name, 60), ...Object.keys(job.perClass[0].values).map((key) => measure(`eval_${key}`, values[key]))])}
        />
      </section>`
    }
    <div class="columns">
      <section>
        <h3>Tags</h3>
        <${Facts} facts=${entries(job.tags).filter(([key]) => !/^stages(_\d{8}T\d{9})?$/.test(key))} />
      </section>
      <section>
        <h3>Passport</h3>
        <${Facts} facts=${flat(job.passport)} />
      </section>
      <section>
        <h3>exp_config</h3>
        <${Facts} facts=${flat(job.config)} />
      </section>
      <section>
        <h3>Inputs and outputs</h3>
        <${Facts}
          facts=${[...(job.inputs ?? []), ...(job.outputs ?? [])].map(({ name, type, uri, mode }) => [name, [type, mode, uri].filter(Boolean).join(" · ")])}
        />
      </section>
    </div>
  </div>`;
}

/** Shows when each stage began and how long it took, for each attempt of a job that was interrupted. */
function Stages({ job }) {
  const most = Math.max(1, ...job.stages.map(({ seconds }) => seconds ?? 0));
  const attempts = [...new Set(job.stages.map(({ attempt }) => attempt ?? 1))];
  const last = attempts.at(-1);
  const lasted = ({ seconds, attempt = 1 }) =>
    seconds !== null ? duration(seconds) : attempt < last ? "interrupted" : hasEnded(job) ? "–" : "";
  return html`<section>
    <h3>Stages</h3>
    ${attempts.map(
      (number) =>
        html`${attempts.length > 1 && html`<h4>Attempt ${number} of ${last}</h4>`}
          <ol class="stages timed">
            ${job.stages
              .filter(({ attempt }) => (attempt ?? 1) === number)
              .map(
                (stage) =>
                  html`<li>
                    <span>${label(stage.name, 60)}</span><span class="muted">${stage.started ? clock(stage.started) : ""}</span
                    ><meter min="0" max=${most} value=${stage.seconds ?? 0} aria-label=${`${label(stage.name, 60)}: ${lasted(stage)}`}></meter
                    ><span class="number">${lasted(stage)}</span>
                  </li>`,
              )}
          </ol>`,
    )}
  </section>`;
}

function flat(value, path = "") {
  return Object.entries(value ?? {}).flatMap(([key, inner]) => {
    const name = path ? `${path}.${key}` : key;
    return inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? flat(inner, name)
      : [[name, typeof inner === "string" ? inner : JSON.stringify(inner)]];
  });
}

function Artifacts({ job }) {
  const loaded = useData(
    () => api.artifacts(job.name),
    [job.name],
    (kind, data) => kind === "job" && data.name === job.name,
  );
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Artifacts" />`;
  const pictures = loaded.data.filter(({ path }) => /\.(png|jpe?g)$/i.test(path)).slice(0, 24);
  return html`<div>
    <${Table}
      caption="Artifacts"
      headings=${["file", "size", "modified"]}
      isNumeric=${(column) => column === 1}
      rows=${loaded.data.map(({ path, bytes: size, modified }) => [html`<a href=${api.artifactAddress(job.name, path)} download>${label(path)}</a>`, bytes(size), time(modified)])}
    />
    <div class="pictures">
      ${pictures.map(
        ({ path }) =>
          html`<figure>
            <img loading="lazy" src=${api.artifactAddress(job.name, path)} alt=${label(path)} />
            <figcaption>${label(path)}</figcaption>
          </figure>`,
      )}
    </div>
  </div>`;
}
