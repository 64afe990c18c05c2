using System.Text.Json.Serialization;

namespace Reports.Records;

/// <summary>The content of a report, for programs: <c>artifacts/report.json</c>.</summary>
/// <param name="Schema">Version of this record; 1.</param>
/// <param name="Experiment">The experiment of the job.</param>
/// <param name="ExpConfig">The exp_config's path in the repository; null when it is unknown.</param>
/// <param name="Job">Name of the job.</param>
/// <param name="Status">The job's status by the service's name, such as Completed.</param>
/// <param name="StudioUrl">Web page of the job; null when it is unknown.</param>
/// <param name="Commit">The commit of the run; null when it is unknown.</param>
/// <param name="Baseline">The run with which it is compared; null without one.</param>
/// <param name="UnpairedReason">Reason why the runs are not compared, without a full stop; null when they are.</param>
/// <param name="Verdict">Null while the job has not ended.</param>
/// <param name="Metrics">The evaluation's metrics, the most important first.</param>
/// <param name="Changes">The changes since the baseline.</param>
/// <param name="DurationSeconds">Seconds from the start of the job's command to its end; null when either is unknown.</param>
/// <param name="Cost">Null when no price is known.</param>
/// <param name="Progress">Null unless the job is running and has trained a step.</param>
/// <param name="Thumbnails">Up to six PNG files of the worst test images, relative to the repository.</param>
public sealed record ReportFile(
    int Schema,
    string Experiment,
    string? ExpConfig,
    string Job,
    string Status,
    string? StudioUrl,
    string? Commit,
    ReportBaseline? Baseline,
    string? UnpairedReason,
    Verdict? Verdict,
    IReadOnlyList<ReportMetric> Metrics,
    IReadOnlyList<ReportChange> Changes,
    double? DurationSeconds,
    ReportCost? Cost,
    ReportProgress? Progress,
    IReadOnlyList<string> Thumbnails
)
{
    /// <summary>The trials; null when the job is no sweep.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportSweep? Sweep { get; init; }

    /// <summary>The version that this program writes.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The metric whose word is the verdict.</summary>
    public const string PrimaryMetric = "eval_mAP";
}
