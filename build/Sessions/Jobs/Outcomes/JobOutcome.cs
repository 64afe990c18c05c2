using System.Text.Json.Serialization;
using Experiments.Records;
using Reports.Records;
using Workspaces.DataPlane;

namespace Build.Sessions.Jobs.Outcomes;

/// <summary>The outcome of a job: <c>artifacts/outcome.json</c>.</summary>
/// <param name="Status">Completed, Failed or Canceled.</param>
/// <param name="Job">The name of the job.</param>
/// <param name="Experiment">The experiment that groups the job.</param>
/// <param name="Reason">The reason of the failure, in the service's words; null when it did not fail.</param>
/// <param name="Metrics">The last value of each metric; NaN and infinities are texts in the file, as JSON has none.</param>
/// <param name="Tags">The tags of the run.</param>
/// <param name="Datasets">The CSV files that the job read.</param>
/// <param name="Artifacts">The folder of the job's artifacts, relative to the repository, with forward slashes.</param>
/// <param name="Started">Start of the job's command; null when it never started.</param>
/// <param name="Ended">End of the job.</param>
public sealed record JobOutcome(
    JobStatus Status,
    string Job,
    string Experiment,
    string? Reason,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags,
    OutcomeDatasets Datasets,
    string Artifacts,
    DateTimeOffset? Started,
    DateTimeOffset? Ended
) : IStageRecord
{
    /// <summary>The losses of the job's node, or of those of the trials of a sweep; null when it lost none, or was not followed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Interruption>? Interruptions { get; init; }

    /// <summary>The metric by which trials were compared; null when the job is no sweep.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SweepMetric { get; init; }

    /// <summary>Whether more of the sweep's metric is better; null when the job is no sweep.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? SweepIsMaximized { get; init; }

    /// <summary>
    /// The trial of a sweep whose metrics and artifacts these are; null when the job is no sweep, or no trial completed with a value.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BestTrial { get; init; }

    /// <summary>The trials of a sweep; null when the job is no sweep.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TrialOutcome>? Trials { get; init; }

    /// <summary>What the job cost; null when it is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportCost? Cost { get; init; }

    /// <summary>Why the cost is unknown; null when it is known, or was never computed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NoCostReason { get; init; }

    /// <summary>Whether Follow wrote this, which knows losses and cost. Fetch does not.</summary>
    [JsonIgnore]
    public bool IsFollowed => Cost is not null || NoCostReason is not null;

    /// <inheritdoc/>
    public static string Stage => "outcome";

    /// <inheritdoc/>
    public static string Target => "Follow";
}
