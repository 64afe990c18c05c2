using Images.Registry;

namespace Build.Docker;

/// <summary>Gives an image that is in the registry its readable tags: the same manifest bytes, no layer moved, nothing pulled.</summary>
internal static class ImageTagger
{
    /// <summary>Sets the tags that lead elsewhere or nowhere; asks for all of them at once.</summary>
    /// <returns>The tags that were set.</returns>
    public static async Task<IReadOnlyList<string>> SetAsync(
        ImageRegistry registry,
        ImageManifest manifest,
        IReadOnlyList<string> tags,
        CancellationToken cancellationToken
    )
    {
        var digests = await registry.FindDigestsAsync(tags, cancellationToken);
        var wanted = tags.Where(tag => digests[tag] != manifest.Digest).ToList();
        await Task.WhenAll(wanted.Select(tag => registry.TagAsync(manifest, tag, cancellationToken)));
        return wanted;
    }
}
