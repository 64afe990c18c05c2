using Reports.Building;
using Reports.Records;

namespace Reports.Pages;

/// <summary>The words and sentences that every form of a report shares.</summary>
internal static class Words
{
    private const int ShortestHash = 40;
    private const int HashDigits = 12;

    /// <summary>Returns a word in the form for people.</summary>
    public static string Of(Word? word) =>
        word switch
        {
            Word.Better => "better",
            Word.Worse => "worse",
            Word.NotDistinguishable => "not distinguishable",
            _ => "–",
        };

    /// <summary>Returns the verdict in the form for people; the status of a job that has not ended.</summary>
    public static string Of(ReportFile report) =>
        report.Verdict switch
        {
            Verdict.Better => "better",
            Verdict.Worse => "worse",
            Verdict.NotDistinguishable => "not distinguishable",
            Verdict.NotPaired => "not paired",
            Verdict.NoBaseline => "no baseline",
            Verdict.Failed => report.Status == "Canceled" ? "cancelled" : "failed",
            _ => PlainText.OneLine(report.Status, 40).ToLowerInvariant(),
        };

    /// <summary>Returns the description of a baseline's source.</summary>
    public static string Of(BaselineSource source) =>
        source switch
        {
            BaselineSource.Main => "the newest completed run of this experiment on main",
            BaselineSource.Branch => "the newest completed run of this experiment on the named branch",
            BaselineSource.Job => "the named job",
            _ => "the named file",
        };

    /// <summary>Returns the verdict as one sentence without foreign text.</summary>
    public static string Sentence(ReportFile report)
    {
        var primary = report.Metrics.FirstOrDefault(metric => metric.Name == ReportFile.PrimaryMetric);
        var value = primary?.Value is { } number ? $"{ReportFile.PrimaryMetric} is {HtmlText.Metric(number)}" : "";
        return report.Verdict switch
        {
            Verdict.Better or Verdict.Worse or Verdict.NotDistinguishable when primary is not null =>
                $"{value}, {Compared(primary)} the baseline's {HtmlText.Metric(primary.Baseline)} "
                    + $"(95 % interval of the difference: {HtmlText.Signed(primary.Low)} to {HtmlText.Signed(primary.High)}).",
            Verdict.NotPaired => $"{(value.Length > 0 ? value + ". " : "")}The run and the baseline cannot be compared image by image.",
            Verdict.NoBaseline => value.Length > 0 ? $"{value}. There is no baseline to compare it with." : "There is no baseline.",
            Verdict.Failed => report.Status switch
            {
                "Canceled" => "The job was cancelled before it completed.",
                "Completed" => "No trial of the sweep completed with a value of its metric.",
                _ => "The job failed.",
            },
            _ => report.Progress is { } progress ? $"Step {progress.Step} of {progress.Steps}{Eta(progress)}." : "The job has not ended.",
        };
    }

    /// <summary>Returns what stands in place of the reason of a failure, where the service gave none.</summary>
    public static string NoReason(RunFacts run) =>
        run.Status == "Completed" ? "The table of trials says what became of each." : "The service gave no reason.";

    /// <summary>Returns a duration in the form for people.</summary>
    public static string Duration(double seconds) =>
        TimeSpan.FromSeconds(Math.Round(Math.Min(seconds, 1e9), MidpointRounding.AwayFromZero)) is { } span && span.TotalHours >= 1
            ? $"{(long)span.TotalHours} h {span.Minutes} min"
        : span.TotalMinutes >= 1 ? $"{span.Minutes} min {span.Seconds} s"
        : $"{span.Seconds} s";

    /// <summary>Returns a value; a long hash is shortened.</summary>
    public static string Short(string value) =>
        value.Length >= ShortestHash && value.All(char.IsAsciiHexDigit) ? value[..HashDigits] : value;

    private static string Compared(ReportMetric metric) =>
        metric.Difference switch
        {
            > 0 => $"{HtmlText.Metric(metric.Difference)} higher than",
            < 0 => $"{HtmlText.Metric(-metric.Difference)} lower than",
            _ => "the same as",
        };

    private static string Eta(ReportProgress progress) =>
        progress.EtaSeconds is { } seconds ? $", about {Duration(seconds)} of training remain" : "";
}
