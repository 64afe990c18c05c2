namespace CodeHosts.Verdicts;

/// <summary>What the comment needs of <c>artifacts/report.json</c>.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Job">The job.</param>
/// <param name="Status">The status of the job.</param>
/// <param name="Verdict">better, worse, notDistinguishable, notPaired, noBaseline or failed.</param>
public sealed record ReportSummary(string Experiment, string Job, string Status, string Verdict)
{
    /// <summary>The metric by which models are compared.</summary>
    public const string PrimaryMetric = "eval_mAP";

    private static readonly string[] Ends = ["Completed", "Failed", "Canceled"];

    /// <summary>The page of the job in the studio; null without one.</summary>
    public string? StudioUrl { get; init; }

    /// <summary>The metrics.</summary>
    public IReadOnlyList<ReportedMetric>? Metrics { get; init; }

    /// <summary>How far a running job is; null when it has ended or has said nothing yet.</summary>
    public ReportedProgress? Progress { get; init; }

    /// <summary>Up to six pictures, relative to the repository.</summary>
    public IReadOnlyList<string>? Thumbnails { get; init; }

    /// <summary>Whether the job has not ended.</summary>
    public bool IsRunning => !Ends.Contains(Status, StringComparer.OrdinalIgnoreCase);
}
