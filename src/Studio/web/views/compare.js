import { html, useMemo } from "../lib/html.js";
import { Chart } from "../components/chart.js";
import { MetricsTable } from "../components/metricsTable.js";
import { Table } from "../components/parts.js";
import { api } from "../lib/api.js";
import { useData } from "../lib/state.js";
import { label, number } from "../lib/text.js";
import { Waiting } from "./parts.js";

const CHARTS = [
  { metric: "train_loss", unit: "loss" },
  { metric: "eval_mAP", unit: "share of 1" },
  { metric: "eval_AP50", unit: "share of 1" },
];

const show = (value) =>
  value === null || value === undefined
    ? "–"
    : typeof value === "number"
      ? number(value)
      : label(typeof value === "string" ? value : JSON.stringify(value), 120);

/** Compares jobs: what differs in config and data, and their metrics with intervals where they are known. */
export function Compare({ names }) {
  const loaded = useData(() => api.compare(names), [names.join("\n")]);
  const curves = useData(
    () =>
      Promise.all(
        names.map((name) =>
          api.metrics(
            name,
            CHARTS.map(({ metric }) => metric),
          ),
        ),
      ),
    [names.join("\n")],
    (kind, data) => kind === "metrics" && names.includes(data.job),
  );
  const metrics = useMemo(
    () => (loaded.data?.metrics ?? []).filter(({ name }) => /^(eval_|binary_|validation_|proposal_|train_loss)/.test(name)),
    [loaded.data],
  );
  if (loaded.data === null) return html`<${Waiting} of=${loaded} what="Comparison" />`;
  const headings = ["", ...loaded.data.jobs.map((name) => html`<a href=${`#/jobs/${encodeURIComponent(name)}`}>${label(name, 50)}</a>`)];
  const differences = (rows) => rows.map(({ key, values }) => [label(key, 80), ...values.map(show)]);
  return html`<section aria-labelledby="compare-title">
    <h1 id="compare-title">Compare ${names.length} jobs</h1>
    <h2>Config</h2>
    ${loaded.data.config.length ? html`<${Table} caption="Differences of the exp_configs" headings=${headings} rows=${differences(loaded.data.config)} />` : html`<p class="muted">The exp_configs are equal.</p>`}
    <h2>Data</h2>
    ${loaded.data.data.length ? html`<${Table} caption="Differences of the data" headings=${headings} rows=${differences(loaded.data.data)} />` : html`<p class="muted">The datasets are equal.</p>`}
    <h2>Metrics</h2>
    <${MetricsTable} caption="Metrics" headings=${headings.slice(1)} metrics=${metrics} />
    <p class="muted">
      In brackets: the interval over resampled test images. Bold: the highest value, which need not be a distinguishable difference.
      ${" "}<code>--target=Report --baseline=JOB</code> tells.
    </p>
    ${
      curves.data &&
      html`<div class="charts">
        ${CHARTS.map(({ metric, unit }) => {
          const series = names.flatMap((name, index) => {
            const one = curves.data[index].find((other) => other.name === metric);
            return one?.steps.length ? [{ label: label(name, 50), xs: one.steps, ys: one.values }] : [];
          });
          return series.length
            ? html`<${Chart} key=${metric} title=${metric} xLabel="step" yLabel=${unit} series=${series} sync="compare" />`
            : "";
        })}
      </div>`
    }
  </section>`;
}
