using Workspaces.Connection;

namespace Build.Stages;

/// <summary>The one line each stage says of itself, with what differed below it.</summary>
internal static class StageReport
{
    public static void ReportStage(
        this BuildContext context,
        string stage,
        string what,
        StageChange change,
        IReadOnlyList<string> differences
    )
    {
        context.Say($"{stage, -12} {what}: {change.ToString().ToLowerInvariant()}");
        foreach (var difference in differences)
            context.Say($"  {difference}");
    }
}
