using System.Text.Json.Nodes;
using Reports.Reading;

namespace Reports.Building;

/// <summary>A run as the workspace or a record of this repository describes it, with its artifacts.</summary>
/// <param name="Job">Name of the job.</param>
/// <param name="Experiment">The experiment of the job.</param>
/// <param name="Status">Status by the service's name, such as Completed.</param>
/// <param name="Artifacts">The artifacts that are here.</param>
public sealed record RunFacts(string Job, string Experiment, string Status, RunArtifacts Artifacts)
{
    /// <summary>Gets the start of the job's command; null when it is unknown.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>Gets the end of the job; null when it has not ended.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Gets the number of nodes that the job lost; 0 also when it is unknown.</summary>
    public int LostNodes { get; init; }

    /// <summary>Gets the time from each loss until the lost steps were done again, in sum.</summary>
    public TimeSpan LostTime { get; init; }

    /// <summary>Gets the reason of the failure, in the service's words.</summary>
    public string? FailureReason { get; init; }

    /// <summary>Gets the last value of each metric that the workspace has.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Gets the tags of the run.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets the web page of the job.</summary>
    public string? StudioUrl { get; init; }

    /// <summary>Gets the exp_config's path in the repository.</summary>
    public string? ExpConfig { get; init; }

    /// <summary>Gets the exp_config as it was planned; it replaces that of the artifacts while the job runs.</summary>
    public JsonObject? PlannedConfig { get; init; }

    /// <summary>Gets the trials of a sweep, whose best one has the metrics and artifacts; null when the job is no sweep.</summary>
    public SweepFacts? Sweep { get; init; }

    /// <summary>Returns a value of the exp_config by its key path; null when it is unknown.</summary>
    public string? Setting(params ReadOnlySpan<string> path) => Config.Text(path);

    /// <summary>Gets the exp_config of the run.</summary>
    internal JsonObject? Config => Artifacts.Config ?? PlannedConfig;

    /// <summary>Gets the commit of the run.</summary>
    internal string? Commit => Artifacts.Passport.Text("git", "commit") ?? Tags.GetValueOrDefault("git_commit");

    /// <summary>Gets whether the job has ended.</summary>
    internal bool HasEnded => Status is "Completed" or "Failed" or "Canceled";

    /// <summary>Returns the value of a metric; null when it is unknown or there is nothing to measure, which is -1.</summary>
    internal double? Metric(string name) =>
        (Artifacts.Metrics?.TryGetValue(name, out var value) ?? false) || Metrics.TryGetValue(name, out value)
            ? double.IsFinite(value) && value >= 0
                ? value
                : null
            : null;

    /// <summary>Gets the names of the metrics that are known.</summary>
    internal IEnumerable<string> MetricNames => (Artifacts.Metrics ?? Metrics).Keys.Union(Metrics.Keys, StringComparer.Ordinal);
}
