using Images.Registry;
using Images.Tagging;
using Workspaces.Errors;

namespace Images.Building;

/// <summary>The images in the registry that a build compares its inputs with and takes layers from.</summary>
/// <param name="Nearest">Reference of the image that came before this one; null when it is missing.</param>
/// <param name="Labels">Labels of that image by name; null when it is missing.</param>
/// <param name="References">References of all images whose layers may be reused.</param>
internal sealed record EarlierImages(string? Nearest, IReadOnlyDictionary<string, string>? Labels, IReadOnlyList<string> References)
{
    /// <summary>No image.</summary>
    public static readonly EarlierImages None = new(null, null, []);

    /// <summary>Finds the images of the pull request or branch, then those of main.</summary>
    /// <returns>None when the registry refuses or does not respond; a warning says why.</returns>
    public static async Task<EarlierImages> FindAsync(ImageRun run, ImageRegistry registry, BuildSource source)
    {
        var tags = Distinct(
            source.PullRequest is { } number ? $"{ImageTags.PullRequestPrefix}{number}" : null,
            source.Branch is { } branch ? BuildSource.AsTag(branch) : null,
            BuildSource.MainBranch,
            "latest"
        );
        var caches = Distinct([.. ImageTags.CachesOf(source), ImageTags.CachePrefix + BuildSource.MainBranch]);
        try
        {
            var digests = await registry.FindDigestsAsync([.. tags, .. caches], run.Cancellation);
            var references = digests
                .Where(pair => pair.Value is not null)
                .DistinctBy(pair => pair.Value, StringComparer.Ordinal)
                .Select(pair => $"{registry.Name}:{pair.Key}")
                .ToList();
            var nearest = tags.Find(tag => digests[tag] is not null);
            if (nearest is null || await registry.FindAsync(nearest, run.Cancellation) is not { } manifest)
                return new(null, null, references);
            return new($"{registry.Name}:{nearest}", (await registry.DescribeAsync(manifest, run.Cancellation)).Labels, references);
        }
        catch (WorkspaceException exception)
        {
            run.Warn($"No layers are taken from the registry: {exception.Message}");
            return None;
        }
    }

    private static List<string> Distinct(params string?[] tags) => [.. tags.OfType<string>().Distinct(StringComparer.Ordinal)];
}
