using System.Text;
using System.Text.RegularExpressions;
using Reports.Building;
using Reports.Pages;
using Reports.Records;

namespace Reports.Texts;

/// <summary>The parts that both Markdown texts are made of. All text from outside goes through <see cref="Markdown.Escape"/>.</summary>
internal static partial class MarkdownParts
{
    /// <summary>Appends the verdict in a heading, and the sentence below it.</summary>
    public static void AppendHead(StringBuilder text, ReportFile report)
    {
        text.Append($"### {Markdown.Escape(report.Experiment, 80)}: {Words.Of(report)}\n\n{Words.Sentence(report)}\n\n");
        if (report.UnpairedReason is { } reason)
            text.Append($"{(report.Baseline is null ? "No baseline" : "Not paired")}: {Markdown.Escape(reason, 400)}.\n\n");
    }

    /// <summary>Appends a table of metrics.</summary>
    /// <param name="text">Receives the table.</param>
    /// <param name="report">The report.</param>
    /// <param name="metrics">The metrics of the table.</param>
    /// <param name="withIntervals">Whether the intervals of the values are shown, where they are known.</param>
    public static void AppendMetrics(StringBuilder text, ReportFile report, IReadOnlyList<ReportMetric> metrics, bool withIntervals)
    {
        if (metrics.Count == 0)
            return;
        var hasIntervals = withIntervals && metrics.Any(metric => metric.Interval is not null);
        var (names, rule) = hasIntervals ? (" 95 % interval of the value |", "---|") : ("", "");
        if (report.Baseline is not null)
        {
            names += $" baseline | difference | {HtmlText.IntervalOfDifference(hasIntervals)} | verdict |";
            rule += "---:|---:|---|---|";
        }

        text.Append($"| metric | value |{names}\n|---|---:|{rule}\n");
        foreach (var metric in metrics)
        {
            text.Append($"| {Name(metric.Name)} | {HtmlText.Metric(metric, metric.Value)} |");
            if (hasIntervals)
                text.Append($" {HtmlText.Interval(metric)} |");
            if (report.Baseline is not null)
            {
                var interval = metric is { Low: not null, High: not null }
                    ? $"{HtmlText.Signed(metric.Low)} to {HtmlText.Signed(metric.High)}"
                    : "–";
                var word = metric.Word is Word.Better or Word.Worse ? $"**{Words.Of(metric.Word)}**" : Words.Of(metric.Word);
                text.Append($" {HtmlText.Metric(metric, metric.Baseline)} | {HtmlText.Difference(metric)} | {interval} | {word} |");
            }

            text.Append('\n');
        }

        text.Append('\n');
    }

    /// <summary>Appends the changes since the baseline.</summary>
    public static void AppendChanges(StringBuilder text, ReportFile report, int most)
    {
        if (report.Baseline is null || report.Changes.Count == 0)
            return;
        text.Append("#### Changes since the baseline\n\n| what | baseline | this run |\n|---|---|---|\n");
        foreach (var change in report.Changes.Take(most))
            text.Append($"| {Name(change.Path)} | {Value(change.Before)} | {Value(change.After)} |\n");
        if (report.Changes.Count > most)
            text.Append($"\n{report.Changes.Count - most} more changes are in `report.md`.\n");
        text.Append('\n');
    }

    /// <summary>Appends the reason why the job did not complete, and the end of its log.</summary>
    public static void AppendFailure(StringBuilder text, ReportInput input, int lines)
    {
        text.Append($"**Reason**: {Markdown.Escape(input.Run.FailureReason ?? Words.NoReason(input.Run), 600)}\n\n");
        var tail = input.Run.Artifacts.LogTail.TakeLast(lines).ToList();
        if (tail.Count == 0)
            return;
        text.Append($"The last {tail.Count} lines of its log:\n\n");
        foreach (var line in tail)
            text.Append($"> {Markdown.Escape(line, 300)}  \n");
        text.Append('\n');
    }

    /// <summary>Appends job, baseline, duration and cost in one list.</summary>
    public static void AppendFacts(StringBuilder text, ReportInput input, ReportFile report)
    {
        text.Append($"- job: {Name(report.Job)}, {Markdown.Escape(report.Status, 40)}");
        if (StudioLink(report.StudioUrl) is { } link)
            text.Append($" ([open]({link}))");
        text.Append('\n');
        if (report.Commit is { } commit)
            text.Append($"- commit: {Name(commit)}\n");
        if (report.Baseline is { } baseline)
        {
            var at = baseline.Commit is { } from ? $" at {Name(from)}" : "";
            text.Append($"- baseline: {Name(baseline.Job)}{at}, {Words.Of(baseline.Source)}\n");
        }

        if (report.DurationSeconds is { } seconds)
            text.Append($"- duration: {Words.Duration(seconds)}\n");
        text.Append(
            report.Cost is { } cost
                ? $"- cost: {HtmlText.Number((double)cost.Amount, "0.00##")} {Markdown.Escape(cost.Currency, 10)} "
                    + $"({Markdown.Escape(cost.Basis, 300)})\n"
                : $"- cost: unknown{(input.NoCostReason is { } reason ? $" ({Markdown.Escape(reason)})" : "")}\n"
        );
        text.Append('\n');
    }

    /// <summary>Cuts a text at the end of a line, so that no table row or character reference is cut.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
            return text;
        const string Note = "\n\nThe rest was too long.\n";
        var end = text.LastIndexOf('\n', longest - Note.Length - 1);
        return text[..Math.Max(0, end)] + Note;
    }

    /// <summary>Returns a name in a code span, where it can be copied; any other text, which could leave the span, escaped.</summary>
    public static string Name(string text) => PlainName().IsMatch(text) ? $"`{text}`" : Markdown.Escape(text, 80);

    private static string Value(string? text) => text is null ? "absent" : Name(Words.Short(text));

    private static string? StudioLink(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0
            ? LinkBreaking().Replace(uri.AbsoluteUri, match => Uri.HexEscape(match.Value[0]))
            : null;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainName();

    [GeneratedRegex(@"[()<>\[\]\\`|*_@!]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LinkBreaking();
}
