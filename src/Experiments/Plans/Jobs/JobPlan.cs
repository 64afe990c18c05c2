using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Experiments.Plans.Jobs;

/// <summary>
/// The command job that trains, or the sweep whose trials do. Its variables, tags and properties follow from the plan when the job is
/// submitted.
/// </summary>
/// <param name="ExperimentName">Experiment under which the job is listed.</param>
/// <param name="DisplayName">Name shown in the studio.</param>
/// <param name="Description">Purpose of the run; null when none was given.</param>
/// <param name="Command">Command line with <c>${{inputs.x}}</c> and <c>${{outputs.x}}</c> placeholders.</param>
/// <param name="Config">The exp_config with every key but DOCKER_IMAGE, which follows from the passport.</param>
/// <param name="Inputs">Folders that the job reads, <c>azureml://datastores/{name}/paths/…</c> by input name; mounted read-only.</param>
/// <param name="Outputs">Folders that the job writes and that outlive it, by output name; mounted read-write.</param>
/// <param name="InstanceCount">Nodes of the job.</param>
/// <param name="ShmSize">Shared memory of the container, as in <c>2g</c>.</param>
/// <param name="Timeout">Time after which the service cancels the job.</param>
public sealed record JobPlan(
    string ExperimentName,
    string DisplayName,
    string? Description,
    string Command,
    JsonObject Config,
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyDictionary<string, string> Outputs,
    int InstanceCount,
    string ShmSize,
    TimeSpan Timeout
)
{
    /// <summary>Processes on each node that train one model together; null for a job of one process.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ProcessesPerInstance { get; init; }

    /// <summary>Steps after which the job, or each trial, loses its node; null for none. Only an emulator obeys.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? PreemptAtSteps { get; init; }

    /// <summary>What makes the job a sweep; null when it trains once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SweepPlan? Sweep { get; init; }
}
