using Cake.Core;
using Experiments.Plans.Images;
using Images.Building;
using Images.Docker;
using Images.Registry;
using Images.Tagging;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Images.Pushing;

/// <summary>Ensures that the registry has the image of a plan, and returns the digest that the job is pinned to.</summary>
/// <param name="run">The run.</param>
/// <param name="image">The image in the plan.</param>
/// <param name="expected">The labels that the image must have: see <see cref="ImageLabels.Expected"/>; empty for another's image.</param>
/// <param name="openRegistry">Opens the repository of the image; called only when a request is needed.</param>
public sealed class ImagePublisher(
    ImageRun run,
    ImageReference image,
    IReadOnlyDictionary<string, string> expected,
    Func<ImageRegistry> openRegistry
)
{
    /// <summary>Finds the digest of an image that is used unchanged, and pushes nothing.</summary>
    /// <exception cref="CakeException">The registry does not have the image.</exception>
    public async Task<PushedImage> PinAsync()
    {
        var digest = image.Digest
            ?? await openRegistry().FindDigestAsync(image.Tag ?? "latest", run.Cancellation)
            ?? throw new CakeException($"{image} is missing in its registry; DOCKER_IMAGE must name an image that exists.");
        return Record(digest, [], StageChange.Unchanged);
    }

    /// <summary>Pushes the image unless the registry has it, and sets its tags.</summary>
    /// <param name="built">The record of Docker-Build.</param>
    /// <param name="tags">The readable tags.</param>
    /// <param name="readSource">Reads what the image was built from; called only for an image that was built now.</param>
    /// <param name="onPushed">Receives the changed record as soon as the registry has the image, before tags are set.</param>
    /// <exception cref="CakeException">The push failed, or the image is not the one that was built.</exception>
    public async Task<PushedImage> PublishAsync(
        BuiltImage built,
        IReadOnlyList<string> tags,
        Func<Task<BuildSource>> readSource,
        Action<BuiltImage> onPushed
    )
    {
        ArgumentNullException.ThrowIfNull(built);
        ArgumentNullException.ThrowIfNull(readSource);
        ArgumentNullException.ThrowIfNull(onPushed);
        if (built.Reference != image.ToString())
        {
            throw new CakeException(
                $"{BuiltImage.Stage}.json is about {built.Reference}; it must be about {image}. "
                    + "Build it: dotnet cake --target=Docker-Build"
            );
        }

        if (built is { ImageId: null, Change: StageChange.Unchanged })
            return Record(built.Digest!, tags, StageChange.Unchanged);

        var registry = openRegistry();
        var manifest = built.ImageId is { } imageId
            ? await PushAsync(registry, built, imageId)
            : await FindBuiltInAzureAsync(registry, built.Digest!);
        // The next run finds the image from here on; the tags that people use move only now.
        onPushed(built with { Digest = manifest.Digest, Change = StageChange.Unchanged, ImageId = null });
        await LockAsync(registry);
        var caches = built.HasWholeCache ? ImageTags.CachesOf(await readSource()) : [];
        var set = await ImageTagger.SetMissingAsync(registry, manifest, [.. tags, .. caches], run.Cancellation);
        if (set.Count > 0)
            run.Say($"Tags         {string.Join(", ", set)}: set");
        return Record(manifest.Digest, tags, StageChange.Created);
    }

    private async Task<ImageManifest> PushAsync(ImageRegistry registry, BuiltImage built, string imageId)
    {
        using var docker = DockerClient.Find(run, registry);
        if (docker.FindId(built.Reference) != imageId)
        {
            throw new CakeException(
                $"The engine's {built.Reference} is not the image that was built ({imageId}); it must be. "
                    + "Build it again: dotnet cake --target=Docker-Push --rebuild"
            );
        }

        var tag = new LockedTag(run, registry, new ContentImages(registry, expected), image.Tag!, built.Replaces);
        return await new ImagePusher(run, docker, registry).PushAsync(built.Reference, image.Tag!, imageId, tag.OpenAsync);
    }

    // The tag of content leads to one image for ever; only a rebuild moves it.
    private async Task LockAsync(ImageRegistry registry)
    {
        try
        {
            var isLocked = await registry.SetLockAsync(image.Tag!, isLocked: true, run.Cancellation);
            run.Say($"Tags         {image.Tag}: {(isLocked ? "locked" : $"not locked, because {registry.Host} has no locks")}");
        }
        catch (WorkspaceException error) when (!run.Cancellation.IsCancellationRequested)
        {
            run.Warn($"{image} is not locked, so a later push can move it: {error.Message}");
        }
    }

    private async Task<ImageManifest> FindBuiltInAzureAsync(ImageRegistry registry, string digest) =>
        await registry.FindAsync(digest, run.Cancellation)
        ?? throw new CakeException(
            $"{image.Pinned(digest)} is missing in the registry, although Azure reported that it pushed it. "
                + "Build it again: dotnet cake --target=Docker-Push --cloud-build --rebuild"
        );

    private PushedImage Record(string digest, IReadOnlyList<string> tags, StageChange change) =>
        new(image.Pinned(digest).ToString(), image.Repository, digest, [.. new[] { image.Tag }.OfType<string>(), .. tags], change);
}
