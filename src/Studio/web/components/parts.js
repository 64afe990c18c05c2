import { html, useState } from "../lib/html.js";
import { label } from "../lib/text.js";

/** The states in which a job has ended. */
export const FINAL = new Set(["Completed", "Failed", "Canceled", "NotResponding"]);

/** The state of a trial that the early termination policy of its sweep ended. */
export const ENDED_EARLY = "ended early";

/** Shows a state by a word and a sign, not by a color alone. */
export function State({ state }) {
  const sign = { Completed: "✓", Failed: "✕", Canceled: "■", [ENDED_EARLY]: "■", Running: "▶", Queued: "…", NotStarted: "…" }[state] ?? "•";
  const kind = state === ENDED_EARLY ? "canceled" : FINAL.has(state) ? state.toLowerCase() : "open";
  return html`<span class=${`state state-${kind}`}
    ><span aria-hidden="true">${sign}</span> ${label(state)}</span
  >`;
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
export function Table({ caption, headings, rows, isNumeric = () => false, kind = "" }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table class=${kind}>
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

/** Holds what most readers skip; it is drawn when it is opened. */
export function Fold({ summary, children }) {
  const [isOpen, setOpen] = useState(false);
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${summary}</summary>
    ${isOpen && children}
  </details>`;
}
