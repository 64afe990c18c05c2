using Reports.Pages;
using Reports.Records;

namespace Reports.Texts;

/// <summary>Summarizes a report in a few lines, for a log.</summary>
public static class ReportSummary
{
    private static readonly string[] Main = ["eval_mAP", "eval_AP50", "eval_AP75", "binary_precision", "binary_recall", "binary_f1"];

    /// <summary>Gets the headings of <see cref="Rows"/>.</summary>
    public static IReadOnlyList<string> Headings { get; } = ["metric", "value", "baseline", "difference", "95 % interval", "verdict"];

    /// <summary>Returns the verdict and the sentence that explains it.</summary>
    public static string Verdict(ReportFile report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return $"{PlainText.OneLine(report.Experiment)}: {Words.Of(report)}";
    }

    /// <summary>Returns the sentence that explains the verdict, and why there is no comparison.</summary>
    public static IEnumerable<string> Explanation(ReportFile report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return Words.Sentence(report);
        if (report.UnpairedReason is { } reason)
            yield return PlainText.OneLine(reason, 400) + ".";
    }

    /// <summary>Returns the main metrics, one row each.</summary>
    public static IEnumerable<IReadOnlyList<string>> Rows(ReportFile report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report
            .Metrics.Where(metric => Main.Contains(metric.Name, StringComparer.Ordinal))
            .Select(metric =>
                (IReadOnlyList<string>)
                    [
                        metric.Name,
                        HtmlText.Metric(metric, metric.Value),
                        HtmlText.Metric(metric, metric.Baseline),
                        HtmlText.Difference(metric),
                        metric is { Low: not null, High: not null }
                            ? $"{HtmlText.Signed(metric.Low)} to {HtmlText.Signed(metric.High)}"
                            : "–",
                        Words.Of(metric.Word),
                    ]
            );
    }
}
