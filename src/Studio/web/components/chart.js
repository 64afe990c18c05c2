import { html, useEffect, useRef, useState } from "../lib/html.js";

// Colors that people with every kind of color vision tell apart; dashes tell the lines apart without any color.
const COLORS = ["--line-1", "--line-2", "--line-3", "--line-4", "--line-5", "--line-6"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const BEFORE = [4, 4];

const colorOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Smooths as TensorBoard does: an exponential moving average without the bias towards its start. */
export function smooth(values, weight) {
  if (!weight) return values;
  let [average, mass] = [0, 0];
  return values.map((value) => {
    if (!Number.isFinite(value)) return null;
    average = average * weight + (1 - weight) * value;
    mass = mass * weight + (1 - weight);
    return average / mass;
  });
}

/** Joins series of different steps to uPlot's table: one column of all steps, and one of values for each series. */
export function joinSeries(series) {
  const steps = [...new Set(series.flatMap(({ xs }) => xs))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, index) => [step, index]));
  return [
    steps,
    ...series.map(({ xs, ys }) => {
      const column = new Array(steps.length).fill(undefined);
      xs.forEach((step, index) => {
        column[place.get(step)] = typeof ys[index] === "number" ? ys[index] : null;
      });
      return column;
    }),
  ];
}

/** Counts how often the colors changed: by the page's own choice, by the system, or for a printer. */
function useColors() {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const changed = () => setCount((before) => before + 1);
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const paper = window.matchMedia("print");
    window.addEventListener("studio-theme", changed);
    system.addEventListener("change", changed);
    paper.addEventListener("change", changed);
    return () => {
      window.removeEventListener("studio-theme", changed);
      system.removeEventListener("change", changed);
      paper.removeEventListener("change", changed);
    };
  }, []);
  return count;
}

/**
 * Draws lines over a common axis.
 *
 * series: [{label, xs, ys, color, isBefore, isStepped, hasPointsOnly}], xs ascending; color is the place of another series whose color
 * it shares, isBefore a line of the baseline. xLabel, yLabel: names with their units. isLog: whether y is logarithmic.
 */
export function Chart({ title, series, xLabel, yLabel, isLog = false, isTime = false, height = 240, range = null, sync = null }) {
  const place = useRef(null);
  const colors = useColors();
  useEffect(() => {
    const element = place.current;
    const grid = { stroke: colorOf("--grid"), width: 1 };
    const axis = { stroke: colorOf("--muted"), grid, ticks: grid, font: "12px system-ui", labelFont: "12px system-ui", labelSize: 18 };
    const options = {
      width: Math.max(200, element.clientWidth),
      height,
      scales: { x: { time: isTime }, y: { distr: isLog ? 3 : 1, ...(range === null ? {} : { range: () => range }) } },
      axes: [
        { ...axis, label: xLabel },
        { ...axis, label: yLabel, size: 58 },
      ],
      cursor: sync === null ? {} : { sync: { key: sync } },
      series: [
        { label: xLabel },
        ...series.map(({ label, color, isBefore, isStepped, hasPointsOnly }, index) => ({
          label,
          stroke: colorOf(COLORS[(color ?? index) % COLORS.length]),
          dash: isBefore ? BEFORE : DASHES[Math.floor((color ?? index) / COLORS.length) % DASHES.length],
          width: hasPointsOnly ? 0 : 1.5,
          ...(isStepped ? { paths: window.uPlot.paths.stepped({ align: 1 }) } : {}),
          spanGaps: true,
          points: hasPointsOnly ? { show: true, size: 10, width: 2 } : { show: !isStepped && series[index].xs.length < 40 },
          value: (_, value) => (value === null || value === undefined ? "–" : Number(value.toPrecision(5)).toString()),
        })),
      ],
    };
    const data = joinSeries(isLog ? series.map((one) => ({ ...one, ys: one.ys.map((y) => (y > 0 ? y : null)) })) : series);
    const chart = new window.uPlot(options, data, element);
    const observer = new ResizeObserver(() => chart.setSize({ width: Math.max(200, element.clientWidth), height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [JSON.stringify([series.map(({ label, xs, ys }) => [label, xs.length, xs.at(-1), ys.at(-1)]), isLog, xLabel, range, colors])]);
  const last = series
    .map(({ label, xs, ys }) =>
      xs.length ? `${label}: ${ys.at(-1)} at ${xs.at(-1)} (${xs.length} ${xs.length === 1 ? "point" : "points"})` : `${label}: no value`,
    )
    .join("; ");
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <div role="img" aria-label=${`${title}. ${last}`} ref=${place}></div>
  </figure>`;
}
