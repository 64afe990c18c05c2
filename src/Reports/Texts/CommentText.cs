using System.Text;
using Reports.Building;
using Reports.Records;

namespace Reports.Texts;

/// <summary>Writes the short form of a report: a comment on a pull request, in Markdown that GitHub and Azure DevOps render.</summary>
public static class CommentText
{
    /// <summary>The longest comment in characters; GitHub permits 65,536, and the host's own lines come on top.</summary>
    public const int Longest = 60_000;

    private const int MostClasses = 10;
    private const int MostChanges = 15;
    private const int LogLines = 15;

    private static readonly string[] Main = ["eval_mAP", "eval_AP50", "eval_AP75", "binary_precision", "binary_recall", "binary_f1"];

    /// <summary>Returns the comment.</summary>
    public static string Write(ReportInput input, ReportFile report)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        MarkdownParts.AppendHead(text, report);
        MarkdownParts.AppendMetrics(text, report, Selected(report), withIntervals: false);
        if (report.Verdict == Verdict.Failed)
            MarkdownParts.AppendFailure(text, input, LogLines);
        MarkdownParts.AppendChanges(text, report, MostChanges);
        MarkdownParts.AppendFacts(text, input, report);
        return MarkdownParts.Cut(text.ToString(), Longest);
    }

    /// <summary>Returns the main metrics, then the classes that are clearly better or worse, the largest difference first.</summary>
    private static List<ReportMetric> Selected(ReportFile report)
    {
        var main = report.Metrics.Where(metric => Main.Contains(metric.Name, StringComparer.Ordinal)).ToList();
        var others = report
            .Metrics.Except(main)
            .Where(metric => metric.Word is Word.Better or Word.Worse)
            .OrderByDescending(metric => Math.Abs(metric.Difference ?? 0))
            .Take(MostClasses);
        return [.. main, .. others];
    }
}
