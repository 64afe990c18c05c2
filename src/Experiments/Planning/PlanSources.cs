using Experiments.Plans;
using Experiments.Plans.Jobs;

namespace Experiments.Planning;

/// <summary>What a plan is made from besides the configuration and the dataset.</summary>
/// <param name="TrainerCodeHash">Hash of the trainer's sources, hex digits: what a process of this machine runs.</param>
/// <param name="Image">This project's image.</param>
/// <param name="Runtime">What will run the job.</param>
public sealed record PlanSources(string TrainerCodeHash, ImageBuildPlan Image, RuntimePlan Runtime)
{
    /// <summary>The digest that an image of another repository has now; null when it is named by digest, or was not asked for.</summary>
    public string? Digest { get; init; }
}
