using Workspaces.DataPlane;

namespace Workspaces.Sweeps;

/// <summary>A sweep at one moment.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Reason">Why it failed; null when it did not.</param>
/// <param name="Settings">What the sweep compares, and how many trials it has.</param>
/// <param name="Trials">The trials that exist, in their order.</param>
public sealed record SweepState(JobStatus Status, string? Reason, SweepSettings Settings, IReadOnlyList<Trial> Trials)
{
    /// <summary>Gets the completed trial with the best measured value; null before the first one. Of equals it is the first.</summary>
    public Trial? Best =>
        Trials
            .Where(trial => trial is { Status: JobStatus.Completed, Measured: not null })
            .MinBy(trial => Settings.IsMaximized ? -trial.Measured!.Value : trial.Measured!.Value);
}

/// <summary>What a sweep compares.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="IsMaximized">Whether more of it is better.</param>
/// <param name="MostTrials">Number of trials; null when the sweep does not say.</param>
/// <param name="MostConcurrent">Trials at the same time; null when the sweep does not say.</param>
public sealed record SweepSettings(string Metric, bool IsMaximized, int? MostTrials, int? MostConcurrent)
{
    /// <summary>Gets whether a policy ends trials that fall behind.</summary>
    public bool HasPolicy { get; init; }

    /// <summary>Gets the longest time of the whole sweep, after which its trials are cancelled; null for none.</summary>
    public TimeSpan? Timeout { get; init; }
}
