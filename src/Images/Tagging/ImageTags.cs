namespace Build.Docker;

/// <summary>The tags a person reads; they move, and the content tag does not.</summary>
public static class ReadableTags
{
    /// <summary>What pull requests' tags begin with.</summary>
    public const string PullRequestPrefix = "pr-";

    /// <summary>What content tags begin with.</summary>
    public const string ContentPrefix = "sha-";

    /// <summary>What tags begin with that keep layers for later builds: they lead to the last image, of a branch or pull request, of which every layer was built and none taken from a cache.</summary>
    /// <remarks>BuildKit's inline cache forgets, in the image it builds, the layers that it took from a cache: the image after the next one could not take them again.</remarks>
    public const string CachePrefix = "cache-";

    private const string Latest = "latest";

    /// <summary>The tags for what is being built.</summary>
    /// <param name="facts">Pull request, branch, main.</param>
    /// <param name="isDirty">The working tree differs from the commit; then it is neither a version nor the latest.</param>
    /// <param name="version">The version asked for, or that of git's tag on this very commit; null when there is none.</param>
    /// <param name="tagLatest">Whether <c>latest</c> is asked for, whatever the branch.</param>
    /// <returns>Without doubles, in a fixed order.</returns>
    public static IReadOnlyList<string> For(SourceFacts facts, bool isDirty, string? version, bool tagLatest)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var tags = new List<string>();
        if (version is not null)
            tags.Add(version);
        if (facts.PullRequest is { } number)
            tags.Add($"{PullRequestPrefix}{number}");
        // A branch may have any name, those of other tags too; then it gets none.
        if (facts.Branch is { } branch && SourceFacts.AsTag(branch) is { } named && !IsReserved(named))
            tags.Add(named);
        if (tagLatest || (facts.IsMain && !isDirty))
            tags.Add(Latest);
        return [.. tags.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a tag is a content tag, a pull request's or <c>latest</c>: names that no version or branch may take.</summary>
    public static bool IsReserved(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag == Latest || IsContent(tag) || PullRequestOf(tag) is not null || tag.StartsWith(CachePrefix, StringComparison.Ordinal);
    }

    /// <summary>The tag that keeps the layers of what is being built; null when it has no name.</summary>
    public static string? CacheOf(SourceFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var name = facts.PullRequest is { } number ? $"{PullRequestPrefix}{number}" : facts.Branch;
        return name is null ? null : SourceFacts.AsTag(CachePrefix + name);
    }

    /// <summary>Whether a tag is the name of a content.</summary>
    public static bool IsContent(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.Length == ContentPrefix.Length + 20
            && tag.StartsWith(ContentPrefix, StringComparison.Ordinal)
            && tag[ContentPrefix.Length..].All(char.IsAsciiHexDigitLower);
    }

    /// <summary>The pull request a tag is of; null when it is none's.</summary>
    public static int? PullRequestOf(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (tag.StartsWith(CachePrefix, StringComparison.Ordinal))
            tag = tag[CachePrefix.Length..];
        return
            tag.StartsWith(PullRequestPrefix, StringComparison.Ordinal)
            && int.TryParse(
                tag.AsSpan(PullRequestPrefix.Length),
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number
            )
            ? number
            : null;
    }
}
