using System.Globalization;

namespace Images.Tagging;

/// <summary>
/// Decides the readable tags of an image, and recognizes the kinds of tags. Readable tags move from image to image; the content tag does
/// not.
/// </summary>
public static class ImageTags
{
    /// <summary>Prefix of a pull request's tag.</summary>
    public const string PullRequestPrefix = "pr-";

    /// <summary>Prefix of a content tag.</summary>
    public const string ContentPrefix = "sha-";

    /// <summary>
    /// Prefix of the tag of a branch's or pull request's last image of which no layer came from a cache; later builds reuse its layers.
    /// </summary>
    /// <remarks>
    /// BuildKit's inline cache omits the layers that the build itself took from a cache, so the image after the next one could not reuse
    /// them.
    /// </remarks>
    public const string CachePrefix = "cache-";

    private const string Latest = "latest";
    private const int ContentDigits = 20;

    /// <summary>Decides the tags of what is built.</summary>
    /// <param name="source">Pull request or branch; with a <see cref="BuildSource.NoTagsReason"/> only requested tags are set.</param>
    /// <param name="version">The version; null when it is missing.</param>
    /// <param name="tagLatest">Whether <c>latest</c> is requested on any branch.</param>
    /// <returns>Distinct tags in a fixed order.</returns>
    public static IReadOnlyList<string> For(BuildSource source, string? version, bool tagLatest)
    {
        ArgumentNullException.ThrowIfNull(source);
        var tags = new List<string>();
        if (version is not null)
            tags.Add(version);
        var isKnown = source.NoTagsReason is null;
        if (isKnown && source.PullRequest is { } number)
            tags.Add($"{PullRequestPrefix}{number}");
        // A branch may be named like a tag of another kind; it gets no tag then.
        if (isKnown && source.Branch is { } branch && BuildSource.AsTag(branch) is { } named && !IsReserved(named))
            tags.Add(named);
        if (tagLatest || (isKnown && source.IsMain))
            tags.Add(Latest);
        return [.. tags.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Returns whether a tag has a meaning of its own, so that no version or branch may take it.</summary>
    public static bool IsReserved(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag == Latest || IsContent(tag) || PullRequestOf(tag) is not null || tag.StartsWith(CachePrefix, StringComparison.Ordinal);
    }

    /// <summary>
    /// Gets the tags that keep the layers of what is built, the nearest first; none for neither a branch nor a pull request, and where no
    /// tags are set.
    /// </summary>
    /// <remarks>A pull request also takes and leaves the layers of the others: their repository has no image of main.</remarks>
    public static IReadOnlyList<string> CachesOf(BuildSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        string?[] names =
            source.NoTagsReason is not null ? []
            : source.PullRequest is { } number ? [$"{PullRequestPrefix}{number}", "pr"]
            : [source.Branch];
        return [.. names.OfType<string>().Select(name => BuildSource.AsTag(CachePrefix + name)).OfType<string>()];
    }

    /// <summary>Returns whether a tag is a content tag.</summary>
    public static bool IsContent(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.Length == ContentPrefix.Length + ContentDigits
            && tag.StartsWith(ContentPrefix, StringComparison.Ordinal)
            && tag[ContentPrefix.Length..].All(char.IsAsciiHexDigitLower);
    }

    /// <summary>Gets the number of the pull request that a tag, also a cache tag, belongs to; null when it belongs to none.</summary>
    public static int? PullRequestOf(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var name = tag.StartsWith(CachePrefix, StringComparison.Ordinal) ? tag[CachePrefix.Length..] : tag;
        return
            name.StartsWith(PullRequestPrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(PullRequestPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
