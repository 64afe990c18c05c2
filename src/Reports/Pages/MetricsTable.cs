using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reports.Records;

namespace Reports.Pages;

/// <summary>Writes the metrics with their intervals, the baseline, the difference, its interval and the word.</summary>
internal static class MetricsTable
{
    private const int Shown = 30;

    /// <summary>Returns the figure.</summary>
    public static string Draw(PageFigures figures, ReportFile report)
    {
        var hasBaseline = report.Baseline is not null;
        var data = new JsonObject
        {
            ["caption"] = "Metrics of the test set",
            ["headings"] = hasBaseline ? new JsonArray("this run", "baseline") : new JsonArray("value"),
            ["metrics"] = new JsonArray([.. report.Metrics.Select(metric => Describe(metric, hasBaseline))]),
        };
        // Metrics of rare classes would make the page long; the ones that matter come first.
        var (first, others) = (report.Metrics.Take(Shown).ToList(), report.Metrics.Skip(Shown).ToList());
        var html = new StringBuilder(Table(report, first, "Metrics of the test set"));
        if (others.Count > 0)
        {
            html.Append(
                $"<details><summary>{others.Count} more metrics</summary>{Table(report, others, "More metrics of the test set")}</details>"
            );
        }
        return figures.Place("metrics", "MetricsTable", data, html.ToString());
    }

    private static JsonObject Describe(ReportMetric metric, bool hasBaseline)
    {
        var interval = metric.Interval is { } ends ? new JsonArray(ends.Low, ends.High) : null;
        return new()
        {
            ["name"] = PlainText.OneLine(metric.Name, 60),
            ["values"] = hasBaseline
                ? new JsonArray(PageFigures.Number(metric.Value), PageFigures.Number(metric.Baseline))
                : new JsonArray(PageFigures.Number(metric.Value)),
            ["intervals"] = new JsonArray(interval),
            ["difference"] = PageFigures.Number(metric.Difference),
            ["low"] = PageFigures.Number(metric.Low),
            ["high"] = PageFigures.Number(metric.High),
            ["word"] = metric.Word is { } word ? JsonNamingPolicy.CamelCase.ConvertName(word.ToString()) : null,
        };
    }

    private static string Table(ReportFile report, IReadOnlyList<ReportMetric> metrics, string caption)
    {
        var hasBaseline = report.Baseline is not null;
        var hasIntervals = report.Metrics.Any(metric => metric.Interval is not null);
        var html = new StringBuilder(
            $"<div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table class=\"metrics\">"
        );
        html.Append($"<caption>{caption}</caption><thead><tr><th scope=\"col\">metric</th><th scope=\"col\" class=\"number\">value</th>");
        if (hasIntervals)
            html.Append("<th scope=\"col\" class=\"number\">95 % interval of the value</th>");
        if (hasBaseline)
        {
            html.Append("<th scope=\"col\" class=\"number\">baseline</th><th scope=\"col\" class=\"number\">difference</th>");
            html.Append(
                $"<th scope=\"col\" class=\"number\">{HtmlText.IntervalOfDifference(hasIntervals)}</th>" + "<th scope=\"col\">verdict</th>"
            );
        }

        html.Append("</tr></thead><tbody>");
        foreach (var metric in metrics)
            html.Append(Row(metric, hasIntervals, hasBaseline));
        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Row(ReportMetric metric, bool hasIntervals, bool hasBaseline)
    {
        var html = new StringBuilder(
            $"<tr><th scope=\"row\">{HtmlText.Foreign(metric.Name, 60)}</th><td "
                + $"class=\"number\">{HtmlText.Metric(metric, metric.Value)}</td>"
        );
        if (hasIntervals)
            html.Append($"<td class=\"number interval\">{HtmlText.Interval(metric)}</td>");
        if (hasBaseline)
        {
            var interval = metric is { Low: not null, High: not null }
                ? $"{HtmlText.Signed(metric.Low)} to {HtmlText.Signed(metric.High)}"
                : "–";
            html.Append(
                $"<td class=\"number\">{HtmlText.Metric(metric, metric.Baseline)}</td><td "
                    + $"class=\"number\">{HtmlText.Difference(metric)}</td>"
            );
            html.Append($"<td class=\"number interval\">{interval}</td>");
            html.Append(
                metric.Word is null ? "<td>–</td>" : $"<td><span class=\"word {Style(metric.Word)}\">{Words.Of(metric.Word)}</span></td>"
            );
        }

        return html.Append("</tr>").ToString();
    }

    private static string Style(Word? word) =>
        word switch
        {
            Word.Better => "better",
            Word.Worse => "worse",
            _ => "neutral",
        };
}
