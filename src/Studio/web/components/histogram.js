import { html } from "../lib/html.js";
import { label } from "../lib/text.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [340, 170, 40, 34, 10, 8];
const MOST_NAMES = 40;
const [ROW, NAMES, NUMBERS] = [12, 110, 60];

const round = (value) => (Math.abs(value) >= 10 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(2))));

/** Names the series of histograms and bars by their colors. */
export function Keys({ names }) {
  return html`<p class="keys">
    ${names.map((name, index) => html`<span><span class=${`swatch series-${index}`} aria-hidden="true"></span>${label(name, 40)}</span>`)}
  </p>`;
}

/**
 * Draws distributions side by side in each bin.
 *
 * unit: name of the axis. low, high: its ends. isLogarithmic: whether equal ratios have equal distances. series: [{name, shares}]: the
 * share of the numbers in each bin. mark: where a line is drawn, or null.
 */
export function Histogram({ title, unit, low, high, isLogarithmic, series, mark = null }) {
  const most = Math.max(...series.flatMap(({ shares }) => shares)) || 1;
  const [plot, depth] = [WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM - TOP];
  const bins = Math.max(1, ...series.map(({ shares }) => shares.length));
  const bar = plot / bins / series.length;
  const scale = isLogarithmic ? Math.log : (value) => value;
  const x = (value) => LEFT + ((scale(value) - scale(low)) / (scale(high) - scale(low))) * plot;
  const middle = isLogarithmic ? Math.sqrt(low * high) : (low + high) / 2;
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <svg class="histogram" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${`${title}. ${series.map(({ name, shares }) => wordsOf(name, shares, { low, high, isLogarithmic }))
      .join("; ")}`}>
      ${series.map(({ shares }, index) =>
        shares.map(
          (share, bin) =>
            share > 0 &&
            html`<rect
              class=${`series-${index}`}
              x=${LEFT + (bin * series.length + index) * bar}
              y=${TOP + depth - (share / most) * depth}
              width=${Math.max(bar - 0.6, 0.6)}
              height=${(share / most) * depth}
            />`,
        ),
      )}
      ${mark !== null && html`<line class="mark" x1=${x(mark)} x2=${x(mark)} y1=${TOP} y2=${TOP + depth} />`}
      <line class="axis" x1=${LEFT} x2=${LEFT + plot} y1=${TOP + depth} y2=${TOP + depth} />
      ${[
        [low, "start"],
        [middle, "middle"],
        [high, "end"],
      ].map(([value, anchor]) => html`<text x=${x(value)} y=${HEIGHT - 18} text-anchor=${anchor}>${round(value)}</text>`)}
      <text x=${LEFT + plot / 2} y=${HEIGHT - 4} text-anchor="middle">${unit}${isLogarithmic ? " (logarithmic)" : ""}</text>
      <text x=${LEFT - 4} y=${TOP + 10} text-anchor="end">${Math.round(most * 100)}%</text>
      <text x=${LEFT - 4} y=${TOP + depth} text-anchor="end">0</text>
    </svg>
  </figure>`;
}

function wordsOf(name, shares, { low, high, isLogarithmic }) {
  const [a, b] = isLogarithmic ? [Math.log(low), Math.log(high)] : [low, high];
  const bin = shares.indexOf(Math.max(...shares));
  const edge = (place) => round(isLogarithmic ? Math.exp(a + ((b - a) * place) / shares.length) : a + ((b - a) * place) / shares.length);
  return shares.some((share) => share > 0) ? `${label(name, 40)}: most from ${edge(bin)} to ${edge(bin + 1)}` : `${label(name, 40)}: none`;
}

/** Draws counts by name, a bar for each series on a scale of its own sum. series: [{name, counts}]. */
export function Bars({ title, names, series }) {
  const shown = names.slice(0, MOST_NAMES);
  if (shown.length === 0) return null;
  const shares = series.map(({ counts }) => {
    const total = Math.max(
      1,
      counts.reduce((sum, count) => sum + count, 0),
    );
    return counts.map((count) => count / total);
  });
  const most = Math.max(...shares.flat()) || 1;
  const row = 6 + ROW * series.length;
  const height = 12 + (shown.length + Number(names.length > MOST_NAMES)) * row;
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <svg class="histogram" viewBox=${`0 0 ${WIDTH} ${height}`} role="img" aria-label=${`${title}. ${shown
      .slice(0, 10)
      .map((name, place) => `${label(name, 40)}: ${series.map(({ name: of, counts }) => `${label(of, 40)} ${counts[place]}`).join(", ")}`)
      .join("; ")}`}>
      ${shown.map((name, place) => {
        const top = 6 + place * row;
        return html`<g>
          <text x=${NAMES - 6} y=${top + 9} text-anchor="end">${short(name)}</text>
          ${series.map(({ counts }, index) => {
            const width = (shares[index][place] / most) * (WIDTH - NAMES - NUMBERS);
            return html`<rect class=${`series-${index}`} x=${NAMES} y=${top + index * ROW} width=${Math.max(width, 0.5)} height="10" />
              <text x=${NAMES + width + 4} y=${top + index * ROW + 9}>${counts[place].toLocaleString("en")}</text>`;
          })}
        </g>`;
      })}
      ${names.length > MOST_NAMES && html`<text x=${NAMES} y=${18 + shown.length * row}>and ${names.length - MOST_NAMES} more</text>`}
    </svg>
  </figure>`;
}

const short = (name) => (name.length <= 16 ? label(name, 16) : `${label(name.slice(0, 15), 15)}…`);
