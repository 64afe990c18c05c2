using System.Text.Json.Serialization;

namespace Experiments.Plans.Jobs;

/// <summary>The runtime of a job, and the reason for that choice.</summary>
/// <param name="Kind">The runtime.</param>
/// <param name="Reason">The reason; it follows "docker: " or "process: " and has no full stop.</param>
public sealed record RuntimePlan(JobRuntime Kind, string Reason)
{
    /// <summary>Whether the job runs in an image, which the registry must then have.</summary>
    [JsonIgnore]
    public bool UsesImages => Kind != JobRuntime.Process;
}
