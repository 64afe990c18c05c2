using Reports.Records;

namespace Reports.Building;

/// <summary>Estimates the progress and the remaining time of a running job.</summary>
internal static class Progress
{
    /// <summary>Returns the progress; null when the job has not trained a step or its steps are unknown.</summary>
    public static ReportProgress? Estimate(ReportInput input)
    {
        var run = input.Run;
        var history = run.Artifacts.History;
        return ReportProgress.Estimate(
            Math.Max(history.LastStep, input.LoggedStep?.Step ?? 0),
            run.Config.Text("RUN_PARAMS", "STEPS") ?? run.Tags.GetValueOrDefault("steps"),
            history.SecondsPerStep ?? ReportProgress.PaceSince(run.Started, input.LoggedStep)
        );
    }
}
