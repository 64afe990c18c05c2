using Experiments.Records;
using Workspaces.DataPlane;

namespace Build.Stages;

/// <summary>How a job ended, and what it left: <c>artifacts/outcome.json</c>.</summary>
/// <param name="Status">Completed, Failed or Canceled.</param>
/// <param name="Job">Name of the job.</param>
/// <param name="Experiment">Experiment the job is grouped under.</param>
/// <param name="Reason">Why it failed, in the service's words; null when it did not.</param>
/// <param name="Metrics">Last value of each metric.</param>
/// <param name="Tags">Tags of the run.</param>
/// <param name="Datasets">The CSV files it read.</param>
/// <param name="Artifacts">Folder of what it left, relative to the repository, with forward slashes.</param>
/// <param name="Started">When its command began; null when it never did.</param>
/// <param name="Ended">When it ended.</param>
public sealed record JobOutcome(
    JobStatus Status,
    string Job,
    string Experiment,
    string? Reason,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags,
    OutcomeDatasets Datasets,
    string Artifacts,
    DateTimeOffset? Started,
    DateTimeOffset? Ended
) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "outcome";

    /// <inheritdoc/>
    public static string Target => "Follow";
}

/// <summary>The CSV files a job read, by split.</summary>
public sealed record OutcomeDatasets(string Train, string Test);
