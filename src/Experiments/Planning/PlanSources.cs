using Experiments.Plans.Images;
using Experiments.Plans.Jobs;

namespace Experiments.Planning;

/// <summary>The sources of a plan besides the configuration and the dataset.</summary>
/// <param name="TrainerCodeHash">SHA-256 of the trainer's sources, hex digits. Processes of this machine run these sources.</param>
/// <param name="Image">The build of this project's image.</param>
/// <param name="Runtime">The runtime of the job.</param>
public sealed record PlanSources(string TrainerCodeHash, ImageBuildPlan Image, RuntimePlan Runtime)
{
    /// <summary>
    /// The digest that the tag of another image has now; null when the image is named by digest, or the registry was not read.
    /// </summary>
    public string? Digest { get; init; }

    /// <summary>The metrics that the trainer logs, by the label of its image; null when they are not known.</summary>
    public IReadOnlyList<string>? MetricNames { get; init; }

    /// <summary>The repository of this project's image in the registry; null for IMAGE_REPOSITORY.</summary>
    public string? ImageRepository { get; init; }

    /// <summary>The version of this project.</summary>
    public string Version { get; init; } = typeof(PlanSources).Assembly.GetName().Version!.ToString(fieldCount: 3);
}
