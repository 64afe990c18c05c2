import { html, useState } from "../lib/html.js";
import { api } from "../lib/api.js";
import { label } from "../lib/text.js";

const FINAL = new Set(["Completed", "Failed", "Canceled", "NotResponding"]);

/** Returns whether a job has ended. */
export const hasEnded = (job) => FINAL.has(job.state);

/** Shows a state by a word and a sign, not by a color alone. */
export function State({ state }) {
  const sign = { Completed: "✓", Failed: "✕", Canceled: "■", Running: "▶", Queued: "…", NotStarted: "…" }[state] ?? "•";
  return html`<span class=${`state state-${FINAL.has(state) ? state.toLowerCase() : "open"}`}
    ><span aria-hidden="true">${sign}</span> ${label(state)}</span
  >`;
}

/** Shows what is missing while data loads, or why it cannot be had. */
export function Waiting({ of: { error }, what }) {
  return error
    ? html`<p class="fault" role="alert">${what} cannot be loaded: ${label(error.message, 400)}</p>`
    : html`<p class="muted">Loading ${what.toLowerCase()} …</p>`;
}

/** Shows pairs of names and values. */
export function Facts({ facts }) {
  return html`<dl class="facts">
    ${facts
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(
        ([name, value]) =>
          html`<div>
            <dt>${label(name)}</dt>
            <dd>${typeof value === "object" ? value : label(value, 400)}</dd>
          </div>`,
      )}
  </dl>`;
}

/** Shows a table that scrolls by itself where the window is narrow. */
export function Table({ caption, headings, rows, isNumeric = () => false }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption class="hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${headings.map((heading, column) => html`<th scope="col" class=${isNumeric(column) ? "number" : ""}>${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, column) => html`<td class=${isNumeric(column) ? "number" : ""}>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Cancels a job or submits it again, after a confirmation that names it. */
export function Orders({ job, features }) {
  const [asked, setAsked] = useState(null);
  const [said, setSaid] = useState("");
  const can = { cancel: features.cancel && !hasEnded(job), resubmit: features.resubmit && hasEnded(job) };
  const words = { cancel: "Cancel", resubmit: "Submit again" };
  const send = async (what) => {
    setAsked(null);
    try {
      const { job: name } = await api.order(job.name, what);
      setSaid(what === "cancel" ? `${name} is being canceled.` : `${name} is submitted.`);
    } catch (error) {
      setSaid(`${words[what]}: ${error.message}`);
    }
  };
  return html`<div class="orders">
    ${Object.keys(can)
      .filter((what) => can[what] && asked === null)
      .map((what) => html`<button type="button" onClick=${() => setAsked(what)}>${words[what]}</button>`)}
    ${
      asked &&
      html`<span role="alertdialog" aria-label="Confirmation">
        ${words[asked]} <strong>${label(job.name)}</strong>?
        <button type="button" class="danger" ref=${(button) => button?.focus()} onClick=${() => send(asked)}>
          ${words[asked]} ${label(job.name)}
        </button>
        <button type="button" onClick=${() => setAsked(null)}>Keep</button>
      </span>`
    }
    <span role="status">${label(said, 300)}</span>
  </div>`;
}
