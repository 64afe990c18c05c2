using System.Globalization;
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
        var step = Math.Max(history.LastStep, input.LoggedStep?.Step ?? 0);
        var text = run.Config.Text("RUN_PARAMS", "STEPS") ?? run.Tags.GetValueOrDefault("steps");
        if (step < 1 || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) || steps < 1)
            return null;
        step = Math.Min(step, steps);
        var eta = (history.SecondsPerStep ?? PaceSinceStart(input)) * (steps - step);
        return new ReportProgress(
            step,
            steps,
            eta is { } seconds && double.IsFinite(seconds) && seconds < 1e9 ? (long)Math.Round(seconds) : null
        );
    }

    // Includes the start of the job, so it is too slow at first.
    private static double? PaceSinceStart(ReportInput input) =>
        input is { LoggedStep: { Step: > 0 } logged, Run.Started: { } started } && logged.Time > started
            ? (logged.Time - started).TotalSeconds / logged.Step
            : null;
}
