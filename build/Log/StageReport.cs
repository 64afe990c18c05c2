using Workspaces.Connection;

namespace Build.Log;

/// <summary>Writes one line for each stage, with the differences below it.</summary>
internal static class StageReport
{
    private const int SubjectWidth = 12;

    /// <summary>Writes one line: a subject and a text.</summary>
    public static void Report(this BuildContext context, string subject, string text) =>
        context.Say($"{subject.PadRight(SubjectWidth)} {text}");

    /// <summary>Writes one line that belongs to the line above it.</summary>
    public static void ReportDetail(this BuildContext context, string subject, string text) =>
        context.Say($"  {subject.PadRight(SubjectWidth - 2)} {text}");

    /// <summary>Writes the line of a stage and its differences.</summary>
    public static void ReportStage(
        this BuildContext context,
        string subject,
        string what,
        StageChange change,
        IReadOnlyList<string> differences
    )
    {
        context.Report(subject, $"{what}: {change.ToString().ToLowerInvariant()}");
        foreach (var difference in differences)
            context.Say($"  {difference}");
    }
}
