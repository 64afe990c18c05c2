namespace Build.Docker;

/// <summary>The tags a person reads; they move, and the content tag does not.</summary>
public static class ReadableTags
{
    /// <summary>What pull requests' tags begin with.</summary>
    public const string PullRequestPrefix = "pr-";

    /// <summary>What content tags begin with.</summary>
    public const string ContentPrefix = "sha-";

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
        if (version is not null) tags.Add(version);
        if (facts.PullRequest is { } number) tags.Add($"{PullRequestPrefix}{number}");
        // A branch may have any name, those of other tags too; then it gets none.
        if (facts.Branch is { } branch && SourceFacts.AsTag(branch) is { } named && !IsReserved(named)) tags.Add(named);
        if (tagLatest || (facts.IsMain && !isDirty)) tags.Add(Latest);
        return [.. tags.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a tag is a content tag, a pull request's or <c>latest</c>: names that no version or branch may take.</summary>
    public static bool IsReserved(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag == Latest || IsContent(tag) || PullRequestOf(tag) is not null;
    }

    /// <summary>Whether a tag is the name of a content.</summary>
    public static bool IsContent(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.Length == ContentPrefix.Length + 20 && tag.StartsWith(ContentPrefix, StringComparison.Ordinal) && tag[ContentPrefix.Length..].All(char.IsAsciiHexDigitLower);
    }

    /// <summary>The pull request a tag is of; null when it is none's.</summary>
    public static int? PullRequestOf(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.StartsWith(PullRequestPrefix, StringComparison.Ordinal)
            && int.TryParse(tag.AsSpan(PullRequestPrefix.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
