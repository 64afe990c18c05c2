using System.Collections.Concurrent;
using Experiments.Plans.Images;
using Images.Registry;
using Images.Tagging;
using Workspaces.Errors;

namespace Images.Cleaning;

/// <summary>Lists the tags and images of a repository that nothing needs, and deletes them on request.</summary>
/// <param name="run">The run.</param>
/// <param name="registry">The repository.</param>
public sealed class ImageCleaner(ImageRun run, ImageRegistry registry)
{
    private const int Concurrency = 8;

    /// <summary>Lists and deletes.</summary>
    /// <param name="options">What may be deleted.</param>
    /// <param name="findUses">Finds the images in use, of any repository.</param>
    public async Task CleanAsync(CleaningOptions options, Func<Task<IReadOnlyList<ImageUse>>> findUses)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(findUses);
        var images = await ReadAsync();
        var users = await ResolveAsync(await findUses());
        var steps = ImageCleaning.Decide(images, options.OpenPullRequests, options.Before, users);

        run.Say($"Images       {images.Count} in {registry.Name}, {users.Count} of them known to be in use");
        if (options.OpenPullRequests is null)
            run.Say("  the tags of pull requests are kept: --open-pull-requests=N,N (or none) names the open ones");
        foreach (var step in steps)
            run.Say(Line(step));
        var deletions = steps.Where(step => step.Tags.Count > 0).ToList();
        if (deletions.Count == 0)
            run.Say("  nothing to delete");
        else if (!options.Deletes)
            run.Say("Nothing was deleted; the same command with --yes deletes these.");
        else
            await DeleteAsync(deletions);
    }

    private static string Line(CleaningStep step)
    {
        var verb =
            step.Tags.Count == 0 ? "keep"
            : step.DeletesImage ? "delete image"
            : "delete tag";
        var tags = string.Join(", ", step.Tags.Count > 0 ? step.Tags : step.Image.Tags);
        return $"  {verb.PadRight(12)} {step.Image.Digest[..19]}  {tags}  ({step.Reason})";
    }

    private async Task DeleteAsync(IReadOnlyList<CleaningStep> steps)
    {
        foreach (var step in steps)
        {
            // A locked tag cannot be deleted, and neither can its image.
            foreach (var tag in step.Tags.Where(ImageTags.IsContent))
                await registry.SetLockAsync(tag, isLocked: false, run.Cancellation);
            if (step.DeletesImage)
            {
                await registry.DeleteManifestAsync(step.Image.Digest, run.Cancellation);
                continue;
            }

            foreach (var tag in step.Tags)
                await registry.DeleteTagAsync(tag, run.Cancellation);
        }

        run.Say($"Deleted      {steps.Count(step => step.DeletesImage)} images, {steps.Sum(step => step.Tags.Count)} tags");
    }

    private async Task<IReadOnlyList<StoredImage>> ReadAsync()
    {
        var tags = await registry.ListTagsAsync(run.Cancellation);
        var digests = await registry.FindDigestsAsync(tags, run.Cancellation);
        var groups = digests
            .Where(pair => pair.Value is not null)
            .GroupBy(pair => pair.Value!, pair => pair.Key, StringComparer.Ordinal)
            .ToList();
        var images = new ConcurrentBag<StoredImage>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = run.Cancellation };
        await Parallel.ForEachAsync(groups, options, async (group, token) =>
        {
            images.Add(new StoredImage(group.Key, [.. group.Order(StringComparer.Ordinal)], await ReadCreatedAsync(group.Key, token)));
        });
        return [.. images.OrderBy(image => image.Created).ThenBy(image => image.Digest, StringComparer.Ordinal)];
    }

    // Not everything in a repository is an image.
    private async Task<DateTimeOffset?> ReadCreatedAsync(string digest, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.FindAsync(digest, cancellationToken) is { } manifest
                ? (await registry.DescribeAsync(manifest, cancellationToken)).Created
                : null;
        }
        catch (WorkspaceException error) when (error.ErrorCode == ImageRegistry.NoImage)
        {
            return null;
        }
    }

    /// <summary>Finds the digests of the images of this repository among the uses.</summary>
    /// <returns>By digest, the first user.</returns>
    private async Task<Dictionary<string, string>> ResolveAsync(IReadOnlyList<ImageUse> uses)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            var image = ImageReference.Parse(use.Image);
            if (image.Repository != registry.Name)
                continue;
            var digest = image.Digest ?? await registry.FindDigestAsync(image.Tag ?? "latest", run.Cancellation);
            if (digest is not null)
                users.TryAdd(digest, use.By);
        }

        return users;
    }
}
