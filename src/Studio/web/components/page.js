// The figures of a page without a server: report.html and data.html hold this script, what it imports, and their data as JSON.
import { html, render } from "../lib/html.js";
import { ClassKeys, ContactSheet } from "./contactSheet.js";
import { Curves } from "./curves.js";
import { Evaluation } from "./evaluation.js";
import { Bars, Histogram, Keys } from "./histogram.js";
import { MetricsTable } from "./metricsTable.js";
import { Trials } from "./trials.js";

const FIGURES = { Bars, ClassKeys, ContactSheet, Curves, Evaluation, Histogram, Keys, MetricsTable, Trials };

/** Draws a figure in the place of the table or the pictures that say the same to readers without script. */
function draw(place, [name, props]) {
  // The page holds each picture once, in its markup.
  const addresses = [...place.querySelectorAll("img")].map((image) => image.getAttribute("src"));
  props.pictures = props.pictures?.map((picture, index) => ({ ...picture, address: addresses[index] ?? null }));
  const drawn = document.createElement("div");
  drawn.className = "drawn";
  render(html`<${FIGURES[name]} ...${props} />`, drawn);
  place.replaceChildren(drawn);
}

document.addEventListener("DOMContentLoaded", () => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  for (const place of document.querySelectorAll("[data-figure]")) {
    try {
      draw(place, figures[place.dataset.figure]);
    } catch (error) {
      console.error(error); // the table stays
    }
  }
});
