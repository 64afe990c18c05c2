import { html } from "../lib/html.js";
import { label } from "../lib/text.js";
import { Fold, Table } from "./parts.js";

const MOST_CLASSES = 15; // up to which the whole matrix is shown at once
const MOST_CELLS = 120; // classes up to which the matrix is drawn at all
const MOST_PAIRS = 15;

/**
 * Draws the confusion matrix: actual classes as rows, predicted classes as columns, the background last.
 *
 * counts: the matrix. classes: names of the classes. addressOf(actual, predicted): the address of a cell's images by places, or null.
 */
export function Confusion({ counts, classes, addressOf = () => null }) {
  const names = [...classes.map((name) => label(name, 24)), "background"];
  if (classes.length <= MOST_CLASSES) return html`<${Matrix} counts=${counts} names=${names} addressOf=${addressOf} />`;
  const pairs = counts
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_PAIRS);
  return html`<div>
    <${Table}
      caption="The most frequent mistakes"
      headings=${["actual", "predicted", "objects"]}
      isNumeric=${(column) => column === 2}
      rows=${pairs.map(({ actual, predicted, count }) => [
        names[actual],
        names[predicted],
        html`<${Count} count=${count} words=${wordsOf(names, actual, predicted, count)} address=${addressOf(actual, predicted)} />`,
      ])}
    />
    ${
      classes.length <= MOST_CELLS &&
      html`<${Fold} summary=${`The whole matrix of ${classes.length} classes`}
        ><${Matrix} counts=${counts} names=${names} addressOf=${addressOf}
      /><//>`
    }
  </div>`;
}

const wordsOf = (names, actual, predicted, count) => `actual ${names[actual]}, predicted ${names[predicted]}: ${count}`;

function Count({ count, words, address }) {
  if (!count) return html`<span class="muted">0</span>`;
  return address ? html`<a href=${address} aria-label=${words}>${count}</a>` : count;
}

function Matrix({ counts, names, addressOf }) {
  const background = names.length - 1;
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  // Background has no total of its own: its row shows the share of all predictions of that class.
  const wholeOf = (actual, predicted) => Math.max(1, sum(actual === background ? counts.map((row) => row[predicted]) : counts[actual]));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
    <table class="confusion">
      <caption class="hidden">
        Objects by actual and predicted class
      </caption>
      <thead>
        <tr>
          <th scope="col">actual ↓ predicted →</th>
          ${names.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${counts.map(
          (row, actual) =>
            html`<tr>
              <th scope="row">${names[actual]}</th>
              ${row.map((count, predicted) => {
                if (actual === background && predicted === background) return html`<td></td>`;
                const heat = Math.round(Math.min(1, count / wholeOf(actual, predicted)) * 5);
                return html`<td class=${`cell heat-${heat} ${actual === predicted ? "right" : ""}`}>
                  <${Count} count=${count} words=${wordsOf(names, actual, predicted, count)} address=${count ? addressOf(actual, predicted) : null} />
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
