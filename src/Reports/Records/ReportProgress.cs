using System.Globalization;

namespace Reports.Records;

/// <summary>The progress of a running job.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Steps">Optimizer steps of the whole run, at least 1.</param>
/// <param name="EtaSeconds">Seconds of training that remain at the pace so far; null while the pace is unknown.</param>
public sealed record ReportProgress(long Step, long Steps, long? EtaSeconds)
{
    // A job whose clock is wrong may claim any time.
    private const long LongestEta = 100_000_000;

    /// <summary>Estimates the progress.</summary>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="stepsOfRun">Optimizer steps of the whole run, as a number in text.</param>
    /// <param name="secondsPerStep">The pace; null while it is unknown.</param>
    /// <returns>Null when the job has not trained a step or its steps are unknown.</returns>
    public static ReportProgress? Estimate(long step, string? stepsOfRun, double? secondsPerStep)
    {
        if (step < 1 || !long.TryParse(stepsOfRun, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) || steps < 1)
            return null;
        step = Math.Min(step, steps);
        var eta = secondsPerStep * (steps - step);
        return new ReportProgress(
            step,
            steps,
            eta is { } seconds && double.IsFinite(seconds) && seconds < 1e9 ? (long)Math.Round(seconds) : null
        );
    }

    /// <summary>Estimates the pace from a job's start. It includes the time before the first step, so it is too slow at first.</summary>
    /// <param name="started">Start of the job; null while it has not started.</param>
    /// <param name="logged">The last step that was logged, and when.</param>
    /// <returns>Seconds per step; null while it is unknown.</returns>
    public static double? PaceSince(DateTimeOffset? started, (long Step, DateTimeOffset Time)? logged) =>
        started is { } start && logged is { Step: > 0 } last && last.Time > start ? (last.Time - start).TotalSeconds / last.Step : null;

    /// <summary>Returns the progress in words: <c>step 30 of 240, ETA 3 min 5 s</c>.</summary>
    public string Describe()
    {
        var eta = EtaSeconds is >= 0 and < LongestEta ? $", ETA {Show(TimeSpan.FromSeconds(EtaSeconds.Value))}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"step {Step} of {Steps}{eta}");
    }

    private static string Show(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s"
        : $"{time.Seconds} s";
}
