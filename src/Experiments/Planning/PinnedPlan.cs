using Experiments.Plans;

namespace Experiments.Planning;

/// <summary>Ties a plan's job to one image for good.</summary>
public static class PinnedPlan
{
    /// <summary>Variable of the job from which the trainer learns its image.</summary>
    public const string ImageVariable = "DETECTION_IMAGE";

    /// <summary>The plan with its environment, tag and variable naming <c>repository@digest</c>. Its name stays: the content tag stood for the same bytes.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="digest"><c>sha256:…</c> of the image in its registry.</param>
    public static ExperimentPlan Pinned(this ExperimentPlan plan, string digest)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrEmpty(digest);
        var image = $"{plan.Image.Repository}@{digest}";
        return plan with
        {
            Image = plan.Image with { Digest = digest },
            Environment = Planner.Environment(image),
            Job = plan.Job with
            {
                Tags = With(plan.Job.Tags, "image", image),
                EnvironmentVariables = With(plan.Job.EnvironmentVariables, ImageVariable, image),
            },
        };
    }

    private static SortedDictionary<string, string> With(IReadOnlyDictionary<string, string> pairs, string name, string value) =>
        new(pairs.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) { [name] = value };
}
