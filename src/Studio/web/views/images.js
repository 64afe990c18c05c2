import { html, useLayoutEffect, useMemo, useState } from "../lib/html.js";
import { api } from "../lib/api.js";
import { FIT, useGestures, zoomAt } from "../lib/gestures.js";
import { useKept } from "../lib/kept.js";
import { isNeutral, mistakes, pair } from "../lib/matching.js";
import { useData } from "../lib/state.js";
import { label, number } from "../lib/text.js";
import { Threshold, useEvaluation } from "./evaluation.js";
import { Waiting } from "./parts.js";

const SMALL = 32 * 32; // square pixels: COCO's small objects
const FILTERS = {
  all: { title: "all", has: () => true },
  mistakes: { title: "mistakes", has: ({ found }) => found.missed.length + found.wrong.length + found.confused.length > 0 },
  missed: { title: "missed objects", has: ({ found }) => found.missed.length > 0 },
  wrong: { title: "false positives", has: ({ found }) => found.wrong.length > 0 },
  confused: { title: "confusions", has: ({ found }) => found.confused.length > 0 },
  small: { title: "small objects", has: ({ image }) => image.objects.some(({ box }) => box[2] * box[3] < SMALL) },
  empty: { title: "without an object", has: ({ image }) => image.objects.length === 0 },
};

/** Draws the boxes of one image over it. Solid: predictions. Dashed: ground truth. Dotted: what does not count. A cross marks a mistake. */
export function Overlay({ address, image, threshold, classes, show, only = 0, description }) {
  const names = new Map(classes.map(({ id, name }) => [id, name]));
  const { objects, predictions } = pair(image, threshold);
  const isShown = (one) => only === 0 || one.label === only;
  const size = Math.max(image.width, image.height);
  const [line, text] = [size / 260, size / 44];
  const box = ({ box: [x, y, width, height] }, kind, title) =>
    html`<g class=${kind}>
      <title>${title}</title>
      <rect
        x=${x}
        y=${y}
        width=${width}
        height=${height}
        fill="none"
        stroke-width=${line}
        stroke-dasharray=${kind.startsWith("truth") ? `${line * 3} ${line * 2}` : kind === "neutral" ? `0 ${line * 2}` : "none"}
        stroke-linecap=${kind === "neutral" ? "round" : "butt"}
      />
    </g>`;
  return html`<svg class="overlay" viewBox=${`0 0 ${image.width} ${image.height}`} role="img" aria-label=${description}>
    <image href=${address} x="0" y="0" width=${image.width} height=${image.height} preserveAspectRatio="none" />
    ${
      show.truth &&
      image.objects
        .filter((object) => isNeutral(object) && isShown(object))
        .map((object) => box(object, "neutral", `${object.isCrowd ? "crowd" : "ignored"}: ${label(names.get(object.label))}, does not count`))
    }
    ${
      show.truth &&
      objects.filter(isShown).map((object) => {
        const isMissed = object.other === null || object.other.label !== object.label;
        return box(
          object,
          `truth ${isMissed ? "missed" : ""}`,
          `ground truth: ${label(names.get(object.label))}${isMissed ? ", missed" : ""}`,
        );
      })
    }
    ${
      show.predictions &&
      predictions.filter(isShown).map((one) => {
        const isWrong = one.other === null || one.other.label !== one.label;
        const word = `${label(names.get(one.label), 24)} ${one.score.toFixed(2)}${isWrong ? " ✕" : ""}`;
        return html`<g
          >${box(one, `prediction ${isWrong ? "wrong" : "right"}`, `prediction: ${word}`)}
          <text class=${isWrong ? "wrong" : "right"} x=${one.box[0]} y=${Math.max(text, one.box[1] - line * 1.5)} font-size=${text}
            >${word}</text
          ></g
        >`;
      })
    }
  </svg>`;
}

/** Shows the test images with their ground truth and predictions, filtered by mistakes, beside those of another job. */
export function Images({ job, jobs, query }) {
  const loaded = useEvaluation(job);
  const images = useData(() => api.images(job.name), [job.name]);
  const [threshold] = [loaded.threshold];
  const [show, setShow] = useKept("boxes", { truth: true, predictions: true });
  const [filter, setFilter] = useState(query.filter ?? (query.actual || query.predicted ? "all" : "mistakes"));
  const [only, setOnly] = useState(0);
  const [file, setFile] = useState(query.file ?? null);
  const [other, setOther] = useState("");
  const [view, setView] = useState(FIT);
  const gestures = useGestures(view, setView);
  const evaluation = loaded.data;

  const rows = useMemo(() => {
    if (!evaluation) return [];
    const cell = query.actual || query.predicted;
    return evaluation.images
      .map((image) => {
        const pairs = pair(image, threshold);
        return { image, pairs, found: mistakes(pairs) };
      })
      .filter((row) => FILTERS[filter].has(row))
      .filter(
        ({ image }) =>
          only === 0 ||
          [...image.objects, ...image.predictions.filter(({ score }) => score >= threshold)].some((one) => one.label === only),
      )
      .filter(({ pairs }) => !cell || isInCell(pairs, Number(query.actual), Number(query.predicted)))
      .toSorted((a, b) => weight(b.found) - weight(a.found));
  }, [evaluation, threshold, filter, only, query.actual, query.predicted]);
  const place = Math.max(
    0,
    rows.findIndex(({ image }) => image.file === file),
  );
  const row = rows[place];

  // Before the next key: an effect after painting would leave that one to the handler of the image before.
  useLayoutEffect(() => {
    const keys = (event) => {
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowRight: 1, ArrowLeft: -1, j: 1, k: -1 }[event.key];
      if (step && rows.length) setFile(rows[(place + step + rows.length) % rows.length].image.file);
      else if (event.key === "g") setShow({ ...show, truth: !show.truth });
      else if (event.key === "p") setShow({ ...show, predictions: !show.predictions });
      else if (event.key === "+" || event.key === "-") zoom(event.key === "+" ? 1.25 : 0.8);
      else if (event.key === "0") setView(FIT);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  });

  if (evaluation === null)
    return loaded.missing ? html`<p class="muted">${loaded.missing}</p>` : html`<${Waiting} of=${loaded} what="Evaluation" />`;
  const zoom = (factor) => setView((before) => zoomAt(before, factor));
  const style = { transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` };
  const cellWords = query.actual || query.predicted ? cellName(evaluation.classes, query) : null;
  return html`<div>
    <form class="bar" onSubmit=${(event) => event.preventDefault()}>
      <${Threshold} job=${job} />
      <label
        >Show
        <select value=${filter} onChange=${(event) => setFilter(event.target.value)}>
          ${Object.entries(FILTERS).map(([key, { title }]) => html`<option value=${key}>${title}</option>`)}
        </select></label
      >
      <label
        >Class
        <select value=${only} onChange=${(event) => setOnly(Number(event.target.value))}>
          <option value="0">all</option>
          ${evaluation.classes.map(({ id, name }) => html`<option value=${id}>${label(name, 40)}</option>`)}
        </select></label
      >
      <label
        ><input type="checkbox" checked=${show.truth} onChange=${() => setShow({ ...show, truth: !show.truth })} />
        <span class="key truth">ground truth</span></label
      >
      ${evaluation.images.some(({ objects }) => objects.some(isNeutral)) && html`<span class="key neutral">crowd or ignored: does not count</span>`}
      <label
        ><input type="checkbox" checked=${show.predictions} onChange=${() => setShow({ ...show, predictions: !show.predictions })} />
        <span class="key prediction">predictions</span></label
      >
      <label
        >Beside
        <select value=${other} onChange=${(event) => setOther(event.target.value)}>
          <option value="">no other job</option>
          ${jobs.filter(({ name }) => name !== job.name).map(({ name }) => html`<option value=${name}>${label(name, 60)}</option>`)}
        </select></label
      >
      ${cellWords && html`<span>${cellWords} <a href=${`#/jobs/${encodeURIComponent(job.name)}/images`}>all cells</a></span>`}
      <span class="muted" role="status">${rows.length} of ${evaluation.images.length} images</span>
    </form>
    ${images.data && !images.data.available && html`<p class="muted">The images themselves are not here: ${label(images.data.reason, 300)}</p>`}
    ${
      !row
        ? html`<p>No image fits.</p>`
        : html`<div class="viewer">
            <ol class="files" aria-label="Images">
              ${rows.slice(0, 500).map(
                ({ image, found }) =>
                  html`<li key=${image.file}>
                    <button
                      type="button"
                      class="plain"
                      aria-current=${image === row.image ? "true" : "false"}
                      onClick=${() => setFile(image.file)}
                    >
                      ${label(image.file, 60)} <span class="muted">${wordsOf(found)}</span>
                    </button>
                  </li>`,
              )}
            </ol>
            <div>
              <div class="bar">
                <button type="button" onClick=${() => setFile(rows[(place - 1 + rows.length) % rows.length].image.file)}>← Previous</button>
                <button type="button" onClick=${() => setFile(rows[(place + 1) % rows.length].image.file)}>Next →</button>
                <button type="button" aria-label="Zoom in" onClick=${() => zoom(1.25)}>+</button
                ><button type="button" aria-label="Zoom out" onClick=${() => zoom(0.8)}>−</button>
                <button type="button" onClick=${() => setView(FIT)}>Fit</button>
                <span class="muted">${place + 1} / ${rows.length}. Keys: ← → step, g and p toggle boxes, + − 0 zoom</span>
              </div>
              <div class=${other ? "pair" : "single"}>
                <figure ...${gestures}>
                  <div class="pan" style=${style}>
                    <${Overlay}
                      address=${api.imageAddress(job.name, row.image.file)}
                      image=${row.image}
                      threshold=${threshold}
                      classes=${evaluation.classes}
                      show=${show}
                      only=${only}
                      description=${describe(row)}
                    />
                  </div>
                  <figcaption>${label(row.image.file)} · ${row.image.width} × ${row.image.height} · ${label(job.name, 60)}</figcaption>
                </figure>
                ${other && html`<${OtherJob} name=${other} file=${row.image.file} threshold=${threshold} show=${show} style=${style} gestures=${gestures} />`}
              </div>
            </div>
          </div>`
    }
  </div>`;
}

const wordsOf = ({ missed, wrong, confused }) =>
  `${missed.length} missed, ${wrong.length} wrong${confused.length ? `, ${confused.length} confused` : ""}`;

const describe = ({ image, pairs, found }) =>
  `${label(image.file)}: ${pairs.objects.length} objects, ${pairs.predictions.length} predictions, ${wordsOf(found)}`;

const weight = ({ missed, wrong, confused }) => missed.length + wrong.length + confused.length;

function isInCell({ objects, predictions }, actual, predicted) {
  if (!actual) return predictions.some(({ label: one, other }) => other === null && one === predicted);
  return objects.some(({ label: one, other }) => one === actual && (predicted ? other?.label === predicted : other === null));
}

function cellName(classes, { actual, predicted }) {
  const name = (id) => label(classes.find((one) => one.id === Number(id))?.name ?? "background", 40);
  return `Actual ${name(actual)}, predicted ${name(predicted)}.`;
}

function OtherJob({ name, file, threshold, show, style, gestures }) {
  const detail = useData(() => api.job(name), [name]);
  const loaded = useEvaluation(detail.data ?? { name, files: null });
  if (!loaded.data)
    return html`<figure class="stage">
      ${loaded.missing ? html`<p class="muted">${loaded.missing}</p>` : html`<${Waiting} of=${loaded} what="Other job" />`}
    </figure>`;
  const image = loaded.data.images.find((one) => one.file === file);
  if (!image) return html`<figure class="stage"><p class="muted">${label(name)} did not evaluate this image.</p></figure>`;
  const { objects, predictions } = pair(image, threshold);
  return html`<figure ...${gestures}>
    <div class="pan" style=${style}>
      <${Overlay}
        address=${api.imageAddress(name, file)}
        image=${image}
        threshold=${threshold}
        classes=${loaded.data.classes}
        show=${show}
        description=${`${label(name)}: ${objects.length} objects, ${predictions.length} predictions`}
      />
    </div>
    <figcaption>
      ${label(file)} · ${label(name, 60)} · best score ${number(Math.max(0, ...image.predictions.map(({ score }) => score)))}
    </figcaption>
  </figure>`;
}
