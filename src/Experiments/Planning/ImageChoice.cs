using Experiments.Model;
using Experiments.Plans.Images;

namespace Experiments.Planning;

/// <summary>Chooses the image of an experiment.</summary>
public static class ImageChoice
{
    /// <summary>Returns the image that an experiment names, unless it is the one that this project builds.</summary>
    /// <returns>
    /// Null when the experiment names no image, or the project's repository without a digest: then this commit's image is used.
    /// </returns>
    public static ImageReference? FindOther(Experiment experiment, EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(environment);
        var own = Repository(environment, environment.ImageRepository);
        var named = ImageReference.Parse(experiment.DockerImage ?? own);
        return named.Repository == own && named.Digest is null ? null : named;
    }

    /// <summary>Returns this commit's image with how it is built, or another image with the digest that its tag has now.</summary>
    internal static (ImageReference Image, ImageBuildPlan? Build) Choose(
        Experiment experiment,
        EnvironmentConfig environment,
        PlanSources sources
    ) =>
        FindOther(experiment, environment) is { } other
            ? (other with { Digest = other.Digest ?? sources.Digest }, null)
            : (
                new(Repository(environment, sources.ImageRepository ?? environment.ImageRepository), sources.Image.Tag, Digest: null),
                sources.Image
            );

    private static string Repository(EnvironmentConfig environment, string name) => $"{environment.Registry}/{name}";
}
