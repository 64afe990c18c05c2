using System.Text.Json.Serialization;

namespace Experiments.Plans.Jobs;

/// <summary>What will run the job, and why that.</summary>
/// <param name="Kind">What runs it.</param>
/// <param name="Reason">To be read after "docker: " or "process: ", without a full stop.</param>
public sealed record RuntimePlan(JobRuntime Kind, string Reason)
{
    /// <summary>Whether the job runs in an image, which must then be in its registry.</summary>
    [JsonIgnore]
    public bool UsesImages => Kind != JobRuntime.Process;
}
