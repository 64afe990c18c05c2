using System.Globalization;
using System.Text;
using Reports.Records;

namespace Reports.Pages;

/// <summary>Writes the metrics with their intervals, the baseline, the difference, its interval and the word.</summary>
internal static class MetricsTable
{
    private const int Shown = 30;
    private const double Width = 140;

    /// <summary>Returns the table.</summary>
    public static string Draw(ReportFile report)
    {
        var reach = Math.Max(0.01, report.Metrics.SelectMany(metric => new[] { metric.Low, metric.High }).Max(end => Math.Abs(end ?? 0)));
        // Metrics of rare classes would make the page long; the ones that matter come first.
        var (first, others) = (report.Metrics.Take(Shown).ToList(), report.Metrics.Skip(Shown).ToList());
        var html = new StringBuilder(Table(report, first, "Metrics of the test set", reach));
        if (others.Count > 0)
        {
            html.Append(
                $"<details><summary>{others.Count} more "
                    + $"metrics</summary>{Table(report, others, "More metrics of the test set", reach)}</details>"
            );
        }
        return html.ToString();
    }

    private static string Table(ReportFile report, IReadOnlyList<ReportMetric> metrics, string caption, double reach)
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
                $"<th scope=\"col\" class=\"number\">{HtmlText.IntervalOfDifference(hasIntervals)}</th>"
                    + "<th scope=\"col\" class=\"plot\">interval around 0</th><th scope=\"col\">verdict</th>"
            );
        }

        html.Append("</tr></thead><tbody>");
        foreach (var metric in metrics)
            html.Append(Row(metric, hasIntervals, hasBaseline, reach));
        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Row(ReportMetric metric, bool hasIntervals, bool hasBaseline, double reach)
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
            html.Append($"<td class=\"number interval\">{interval}</td><td class=\"plot\">{Plot(metric, reach)}</td>");
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

    // The table has the same numbers, so screen readers skip it.
    private static string Plot(ReportMetric metric, double reach)
    {
        if (metric is not { Low: { } low, High: { } high, Difference: { } difference })
            return "";
        double Place(double value) => Width / 2 + Math.Clamp(value / reach, -1, 1) * (Width / 2 - 6);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg class=\"forest {Style(metric.Word)}\" viewBox=\"0 0 {Width} 20\" aria-hidden=\"true\"><path class=\"zero\" "
                + $"d=\"M{Width / 2} 0V20\"/>"
                + $"<path class=\"bar\" d=\"M{Place(low):0.#} 10H{Place(high):0.#}M{Place(low):0.#} 6V14M{Place(high):0.#} 6V14\"/>"
                + $"<circle cx=\"{Place(difference):0.#}\" cy=\"10\" r=\"4\"/></svg>"
        );
    }
}
