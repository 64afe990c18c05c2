namespace Reports.Records;

/// <summary>The trials of a sweep.</summary>
/// <param name="Metric">The metric by which trials are compared.</param>
/// <param name="IsMaximized">Whether more of the metric is better.</param>
/// <param name="BestTrial">Name of the best trial, whose metrics the report has; null when no trial completed.</param>
/// <param name="Trials">The trials in their order.</param>
/// <param name="Importance">The parameters, the most important first; empty when there are too few trials.</param>
public sealed record ReportSweep(
    string Metric,
    bool IsMaximized,
    string? BestTrial,
    IReadOnlyList<ReportTrial> Trials,
    IReadOnlyList<ReportParameter> Importance
);
