namespace Studio.Runs;

/// <summary>Describes a sweep.</summary>
/// <param name="Metric">The metric by which trials are compared.</param>
/// <param name="IsMaximized">Whether more of the metric is better.</param>
/// <param name="Sampling">How the values of trials are chosen; null when it is unknown.</param>
/// <param name="MaxTrials">Trials in total; null for as many as a grid has, or when it is unknown.</param>
/// <param name="MaxConcurrent">Trials at the same time; null for as many as the cluster has nodes, or when it is unknown.</param>
/// <param name="Trials">The trials in their order.</param>
public sealed record SweepFacts(
    string Metric,
    bool IsMaximized,
    string? Sampling,
    int? MaxTrials,
    int? MaxConcurrent,
    IReadOnlyList<TrialFacts> Trials
);
