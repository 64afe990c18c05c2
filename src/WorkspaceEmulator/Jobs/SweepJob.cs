using WorkspaceEmulator.Sampling;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Jobs;

/// <summary>Describes a sweep job: the part of its PUT that no later request changes.</summary>
/// <param name="ComputeName">The cluster of the trials.</param>
/// <param name="InstanceCount">Nodes of each trial; at least 1.</param>
/// <param name="Space">The parameters and their distributions.</param>
/// <param name="Sampling">How the values of a trial are chosen.</param>
/// <param name="Metric">The metric by which trials are compared.</param>
/// <param name="IsMaximized">Whether more of the metric is better.</param>
/// <param name="MostTrials">Trials in total; null for as many as a grid has.</param>
/// <param name="MostConcurrent">Trials at the same time; null for as many as the cluster has nodes.</param>
/// <param name="Timeout">Longest time from the start to the end; null for no limit.</param>
/// <param name="EarlyTermination">Ends trials that fall behind; null when none is ended.</param>
internal sealed record SweepJob(
    string ComputeName,
    int InstanceCount,
    SearchSpace Space,
    SamplingSettings Sampling,
    string Metric,
    bool IsMaximized,
    int? MostTrials,
    int? MostConcurrent,
    TimeSpan? Timeout,
    EarlyTermination? EarlyTermination
)
{
    /// <summary>The <c>jobType</c> of sweep jobs.</summary>
    public const string Type = "Sweep";

    /// <summary>The most trials of a sweep on Azure.</summary>
    public const int TrialLimit = 1000;

    /// <summary>Gets the moment at which the sweep's time is up; null when it has no limit or has not started.</summary>
    public DateTimeOffset? Deadline(DateTimeOffset? startedAt) => Timeout is { } timeout ? startedAt?.After(timeout) : null;
}
