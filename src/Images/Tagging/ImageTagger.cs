using Images.Registry;

namespace Images.Tagging;

/// <summary>Sets readable tags on an image in the registry: the same manifest bytes under another name, so no layer moves.</summary>
public static class ImageTagger
{
    /// <summary>Sets the tags of an image that the registry has.</summary>
    /// <param name="registry">The repository.</param>
    /// <param name="digest">The image; null when it is not pushed yet, and gets its tags after the push.</param>
    /// <param name="tags">The tags that must lead to it.</param>
    /// <param name="say">Writes a line to the log.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public static async Task TagAsync(
        ImageRegistry registry,
        string? digest,
        IReadOnlyList<string> tags,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(tags);
        ArgumentNullException.ThrowIfNull(say);
        var named = tags.Count == 0 ? "no readable tags" : string.Join(", ", tags);
        if (digest is null)
        {
            say($"Tags         {named}: after the push");
            return;
        }

        // An image that is missing here is reported by Docker-Push.
        if (tags.Count == 0 || await registry.FindAsync(digest, cancellationToken) is not { } manifest)
        {
            say($"Tags         {named}");
            return;
        }

        var set = await SetMissingAsync(registry, manifest, tags, cancellationToken);
        say($"Tags         {named}: {(set.Count == 0 ? "unchanged" : $"{string.Join(", ", set)} set")}");
    }

    /// <summary>Sets the tags that do not lead to the image yet, all at once.</summary>
    /// <returns>The tags that were set.</returns>
    public static async Task<IReadOnlyList<string>> SetMissingAsync(
        ImageRegistry registry,
        ImageManifest manifest,
        IReadOnlyList<string> tags,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(manifest);
        var digests = await registry.FindDigestsAsync(tags, cancellationToken);
        var missing = tags.Where(tag => digests[tag] != manifest.Digest).ToList();
        await Task.WhenAll(missing.Select(tag => registry.TagAsync(manifest, tag, cancellationToken)));
        return missing;
    }
}
