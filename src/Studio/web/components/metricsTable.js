import { html } from "../lib/html.js";
import { isNothing, label, measure, number } from "../lib/text.js";
import { Fold } from "./parts.js";

const SHOWN = 30; // metrics; those of rare classes would make the page long
const [WIDTH, HEIGHT] = [140, 20];
const WORDS = { better: "better", worse: "worse", notDistinguishable: "not distinguishable" };

const isCount = (name) => /_images$|^binary_(tp|fp|tn|fn)$/.test(name);
const show = (name, value) =>
  typeof value === "number" && !isCount(name) && !isNothing(name, value) && Number.isInteger(value) ? value.toFixed(4) : measure(name, value);
const signed = (name, value) => (typeof value !== "number" ? "–" : `${value > 0 ? "+" : value < 0 ? "−" : ""}${show(name, Math.abs(value))}`);

/**
 * Shows the metrics of runs with their 95 % intervals, and how the first run differs from the second where that was computed.
 *
 * headings: names of the runs. metrics: [{name, values, intervals, difference, low, high, word}]: a value and an interval for each run,
 * the difference, its interval, and better, worse or notDistinguishable.
 */
export function MetricsTable({ headings, metrics, caption = "Metrics" }) {
  const reach = Math.max(0.01, ...metrics.flatMap(({ low, high }) => [Math.abs(low ?? 0), Math.abs(high ?? 0)]));
  const isCompared = metrics.some(({ difference, word }) => typeof difference === "number" || word);
  const parts = { headings, reach, isCompared };
  return html`<div>
    <${Rows} ...${parts} caption=${caption} metrics=${metrics.slice(0, SHOWN)} />
    ${
      metrics.length > SHOWN &&
      html`<${Fold} summary=${`${metrics.length - SHOWN} more metrics`}
        ><${Rows} ...${parts} caption=${`More: ${caption}`} metrics=${metrics.slice(SHOWN)}
      /><//>`
    }
  </div>`;
}

function Rows({ headings, metrics, reach, isCompared, caption }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table class="metrics">
      <caption class="hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">metric</th>
          ${headings.map((heading) => html`<th scope="col" class="number">${heading}</th>`)}
          ${
            isCompared &&
            html`<th scope="col" class="number">difference</th>
              <th scope="col" class="number">95 % interval of the difference</th>
              <th scope="col">interval around 0</th>
              <th scope="col">verdict</th>`
          }
        </tr>
      </thead>
      <tbody>
        ${metrics.map((metric) => html`<${Row} metric=${metric} reach=${reach} isCompared=${isCompared} />`)}
      </tbody>
    </table>
  </div>`;
}

function Row({ metric, reach, isCompared }) {
  const { name, values, intervals, difference, low, high, word } = metric;
  const best = Math.max(...values.filter((value) => typeof value === "number"));
  const isMarked = !isCompared && !name.startsWith("train_loss") && new Set(values).size > 1;
  return html`<tr>
    <th scope="row">${label(name, 60)}</th>
    ${values.map((value, index) => {
      const interval = intervals?.[index];
      const text = `${show(name, value)}${interval ? ` (${show(name, interval[0])} to ${show(name, interval[1])})` : ""}`;
      return html`<td class="number">${isMarked && value === best ? html`<strong>${text}</strong>` : text}</td>`;
    })}
    ${
      isCompared &&
      html`<td class="number">${signed(name, difference)}</td>
        <td class="number">${typeof low === "number" && typeof high === "number" ? `${signed(name, low)} to ${signed(name, high)}` : "–"}</td>
        <td><${Interval} metric=${metric} reach=${reach} /></td>
        <td>${word ? html`<span class=${`word word-${word}`}>${WORDS[word] ?? label(word, 30)}</span>` : "–"}</td>`
    }
  </tr>`;
}

// The table has the same numbers, so screen readers skip it.
function Interval({ metric: { difference, low, high, word }, reach }) {
  if (![difference, low, high].every((value) => typeof value === "number")) return null;
  const place = (value) => (WIDTH / 2 + Math.min(1, Math.max(-1, value / reach)) * (WIDTH / 2 - 6)).toFixed(1);
  const middle = HEIGHT / 2;
  return html`<svg class=${`forest word-${word}`} viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
    <path class="zero" d=${`M${WIDTH / 2} 0V${HEIGHT}`} />
    <path
      d=${`M${place(low)} ${middle}H${place(high)}M${place(low)} ${middle - 4}v8M${place(high)} ${middle - 4}v8`}
    />
    <circle cx=${place(difference)} cy=${middle} r="4" />
  </svg>`;
}
