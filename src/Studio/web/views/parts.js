import { html, useState } from "../lib/html.js";
import { FINAL } from "../components/parts.js";
import { api } from "../lib/api.js";
import { label } from "../lib/text.js";

/** Returns whether a job has ended. */
export const hasEnded = (job) => FINAL.has(job.state);

/** Shows what is missing while data loads, or why it cannot be had. */
export function Waiting({ of: { error }, what }) {
  return error
    ? html`<p class="fault" role="alert">${what} cannot be loaded: ${label(error.message, 400)}</p>`
    : html`<p class="muted">Loading ${what.toLowerCase()} …</p>`;
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
