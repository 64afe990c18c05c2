using System.Text.Json.Serialization;
using Experiments.Plans.Jobs;

namespace Experiments.Plans;

/// <summary>All that one experiment will do, decided without touching anything.</summary>
/// <param name="Name">Experiment name and a hash of everything that decides the result; also the first job's name.</param>
/// <param name="Workspace">Where it runs.</param>
/// <param name="Datastore">Where the dataset lies.</param>
/// <param name="Compute">The cluster.</param>
/// <param name="Environment">The image.</param>
/// <param name="Dataset">The CSV files.</param>
/// <param name="Job">The command job.</param>
/// <param name="Image">The image, and how it is made.</param>
/// <param name="Runtime">What runs the job.</param>
public sealed record ExperimentPlan(
    string Name,
    WorkspaceAddress Workspace,
    DatastorePlan Datastore,
    ComputePlan Compute,
    EnvironmentPlan Environment,
    DatasetPlan Dataset,
    JobPlan Job,
    ImagePlan Image,
    RuntimePlan Runtime
)
{
    /// <summary>What it was made from; null when it was not made from files.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlanOrigin? Origin { get; init; }

    /// <summary>What carrying it out would do, as the workspace and the registry were when they were read; null while they have not been.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PlannedCall>? Calls { get; init; }
}
