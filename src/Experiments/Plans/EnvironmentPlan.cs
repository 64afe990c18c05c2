using Experiments.Json;
using Experiments.Plans.Images;

namespace Experiments.Plans;

/// <summary>The Azure ML environment of a job: an image under a name and a version.</summary>
/// <param name="Name">Environment name.</param>
/// <param name="Version">Derived from <paramref name="Image"/>: one image has one version.</param>
/// <param name="Image">Image reference, <c>registry/repository:tag</c> or <c>…@sha256:…</c>.</param>
public sealed record EnvironmentPlan(string Name, string Version, string Image)
{
    private const int VersionDigits = 12;

    /// <summary>
    /// The environment of jobs that run as processes. A service requires an image of every environment; this one says that the job has no
    /// image.
    /// </summary>
    private static readonly EnvironmentPlan Process = new("process", "1", "process:no-image");

    /// <summary>Returns the environment of an image, or of the processes that need none.</summary>
    public static EnvironmentPlan Of(ImageReference? image) =>
        image is null ? Process : new("detection", ContentHash.Of(image.ToString())[..VersionDigits], image.ToString());
}
