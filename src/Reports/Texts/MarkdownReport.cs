using System.Text;
using Reports.Building;
using Reports.Pages;
using Reports.Records;

namespace Reports.Texts;

/// <summary>Writes the whole report as Markdown, for a step summary or an artifact.</summary>
public static class MarkdownReport
{
    // A step summary of GitHub may have 1 MiB.
    private const int Longest = 500_000;

    /// <summary>Returns the report.</summary>
    public static string Write(ReportInput input, ReportFile report)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        MarkdownParts.AppendHead(text, report);
        MarkdownParts.AppendFacts(text, input, report);
        if (report.Verdict == Verdict.Failed)
            MarkdownParts.AppendFailure(text, input, int.MaxValue);
        MarkdownParts.AppendMetrics(text, report, report.Metrics, withIntervals: true);
        if (input.Run.Sweep is { } sweep)
            SweepText.Append(text, sweep);
        MarkdownParts.AppendChanges(text, report, int.MaxValue);
        AppendWorst(text, input);
        AppendPassport(text, input);
        return MarkdownParts.Cut(text.ToString(), Longest);
    }

    private static void AppendWorst(StringBuilder text, ReportInput input)
    {
        var images = input.Run.Artifacts.Evaluation?.WorstImages ?? [];
        if (images.Count == 0)
            return;
        text.Append("#### Worst test images\n\n| image | missed | wrong |\n|---|---:|---:|\n");
        foreach (var image in images)
            text.Append($"| {MarkdownParts.Name(image.FileName)} | {image.Missed} | {image.Wrong} |\n");
        text.Append('\n');
    }

    private static void AppendPassport(StringBuilder text, ReportInput input)
    {
        var values = input.Run.Artifacts.Passport.Values();
        if (values.Count == 0)
            return;
        text.Append("#### Passport\n\n| key | value |\n|---|---|\n");
        foreach (var (path, value) in values.Take(60))
            text.Append($"| {MarkdownParts.Name(path)} | {MarkdownParts.Name(Words.Short(value))} |\n");
        text.Append('\n');
    }
}
