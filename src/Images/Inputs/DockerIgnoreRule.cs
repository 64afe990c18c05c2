namespace Images.Inputs;

/// <summary>Matches paths with one line of an ignore file.</summary>
/// <param name="Pattern">The cleaned pattern, relative to the context, without its <c>!</c>.</param>
/// <param name="Excepts">Whether the line begins with <c>!</c>, so that matching paths are included.</param>
internal sealed record DockerIgnoreRule(string Pattern, bool Excepts)
{
    private readonly PathPattern matcher = PathPattern.Parse(Pattern);

    /// <summary>Returns whether the pattern matches the path or one of its folders.</summary>
    public bool MatchesPathOrFolder(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (matcher.Matches(path.AsSpan(0, end)))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Removes empty, <c>.</c> and inner <c>..</c> segments and slashes at the ends. A <c>..</c> that remains makes the pattern match
    /// nothing.
    /// </summary>
    public static string Clean(string pattern)
    {
        var segments = new List<string>();
        foreach (var segment in pattern.Split('/'))
        {
            if (segment is "" or ".")
                continue;
            if (segment != "..")
                segments.Add(segment);
            else if (segments.Count > 0 && segments[^1] != "..")
                segments.RemoveAt(segments.Count - 1);
            else if (!pattern.StartsWith('/'))
                segments.Add(segment);
        }

        return segments.Count > 0 ? string.Join('/', segments)
            : pattern.Length > 0 ? "."
            : "";
    }

    /// <summary>Validates a cleaned pattern.</summary>
    /// <returns>The fault, as a predicate that follows the pattern; null for a valid one.</returns>
    public static string? FaultIn(string pattern)
    {
        if (pattern.Length == 0)
            return "names nothing; it must be a pattern.";
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && ++i == pattern.Length)
                return @"ends in a backslash; a character must follow it.";
            if (pattern[i] != '[' || (i > 0 && pattern[i - 1] == '\\'))
                continue;
            if (PathPattern.ClassEnd(pattern, i) is not { } end)
                return "opens a bracket that is not closed, or closed empty; it must be a list of characters, as [a-z].";
            i = end;
        }

        return null;
    }
}
