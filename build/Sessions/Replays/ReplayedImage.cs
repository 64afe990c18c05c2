using Experiments.Model;
using Experiments.Plans;
using Images.Building;
using Images.Inputs;
using Images.Registry;
using Workspaces.Errors;

namespace Build.Sessions.Replays;

/// <summary>Compares the image of a job with the image that this checkout would build.</summary>
public sealed class ReplayedImage(RegistrySession registries, ImageSession images)
{
    private const string BaseLabel = "org.opencontainers.image.base.digest";
    private const int MostFiles = 20;

    /// <summary>Returns the plan with its image by the digest that the registry has for it now.</summary>
    /// <returns>The plan unchanged, when the registry does not have the image.</returns>
    internal async Task<ExperimentPlan> PinAsync(BuildContext context, ExperimentPlan plan)
    {
        if (!plan.Runtime.UsesImages || plan.ImageBuild is null)
            return plan.Image is { Digest: { } digest } ? plan.Pinned(digest) : plan;
        var found = await new ContentImages(registries.Open(plan), ImageSession.ExpectedLabels(context, plan)).FindAsync(
            plan.Image!.Tag!,
            context.Cancellation
        );
        return found.Digest is { } known ? plan.Pinned(known) : plan;
    }

    /// <summary>Names what differs inside the image: its base, and the files that it is built of.</summary>
    /// <param name="context">The run.</param>
    /// <param name="environment">The environment config.</param>
    /// <param name="plan">The plan, whose image this project builds.</param>
    /// <param name="digest">The digest of the job's image.</param>
    internal async Task<IReadOnlyList<Difference>> FindAsync(
        BuildContext context,
        EnvironmentConfig environment,
        ExperimentPlan plan,
        string digest
    )
    {
        if (plan.ImageBuild is not { } build)
            return [];
        var registry = registries.Open(plan);
        if (await registry.FindAsync(digest, context.Cancellation) is not { } manifest)
            return [new Difference("image.registry", digest, "deleted")];
        var labels = await ReadLabelsAsync(registry, manifest, context.Cancellation);
        return Compare(labels, ImageSources.ReadBaseDigest(context.Root, build), await images.ReadInputsAsync(context, environment));
    }

    /// <summary>Compares the labels of the job's image with the inputs of this checkout.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="baseNow">The digest of the base that would be used; null when the Dockerfile names it by a tag.</param>
    /// <param name="inputs">The inputs.</param>
    internal static IReadOnlyList<Difference> Compare(IReadOnlyDictionary<string, string> labels, string? baseNow, ImageInputs inputs)
    {
        var baseThen = labels.GetValueOrDefault(BaseLabel);
        var files = ImageLabels.FindChanges(inputs, labels) ?? [];
        return
        [
            .. baseThen == baseNow ? Array.Empty<Difference>() : [new Difference("base", baseThen, baseNow)],
            .. files.Take(MostFiles).Select(file => new Difference("code", null, file)),
            .. files.Count > MostFiles
                ? [new Difference("code", null, $"and {files.Count - MostFiles} more files")]
                : Array.Empty<Difference>(),
        ];
    }

    private static async Task<IReadOnlyDictionary<string, string>> ReadLabelsAsync(
        ImageRegistry registry,
        ImageManifest manifest,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await registry.DescribeAsync(manifest, cancellationToken)).Labels;
        }
        catch (WorkspaceException error) when (error.Status is null or 404)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }
    }
}
