using System.Text;
using System.Text.RegularExpressions;

namespace Images.Inputs;

/// <summary>Matches paths with one line of an ignore file.</summary>
/// <param name="Pattern">The cleaned pattern, relative to the context, without its <c>!</c>.</param>
/// <param name="Excepts">Whether the line begins with <c>!</c>, so that matching paths are included.</param>
internal sealed record DockerIgnoreRule(string Pattern, bool Excepts)
{
    private readonly Regex expression = new(
        Translate(Pattern),
        RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking
    );

    /// <summary>Returns whether the pattern matches the path or one of its folders.</summary>
    public bool MatchesPathOrFolder(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (expression.IsMatch(path.AsSpan(0, end)))
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
            if (ClassEnd(pattern, i) is not { } end)
                return "opens a bracket that is not closed, or closed empty; it must be a list of characters, as [a-z].";
            i = end;
        }

        return null;
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    text.Append(i + 1 == pattern.Length ? ".*" : "(?:.*/)?");
                    break;
                case '*':
                    text.Append("[^/]*");
                    break;
                case '?':
                    text.Append("[^/]");
                    break;
                case '\\':
                    text.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '[':
                    var end = ClassEnd(pattern, i)!.Value;
                    AppendClass(text, pattern.AsSpan(i + 1, end - i - 1));
                    i = end;
                    break;
                default:
                    text.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return text.Append(@"\z").ToString();
    }

    // The index of the bracket that closes the class opened at start; null when it is missing or the class is empty.
    private static int? ClassEnd(string pattern, int start)
    {
        var first = start + 1 < pattern.Length && pattern[start + 1] == '^' ? start + 2 : start + 1;
        for (var i = first; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
                i++;
            else if (pattern[i] == ']')
                return i > first ? i : null;
        }

        return null;
    }

    private static void AppendClass(StringBuilder text, ReadOnlySpan<char> members)
    {
        text.Append('[');
        for (var i = 0; i < members.Length; i++)
        {
            if (members[i] == '\\')
                text.Append('\\').Append(members[++i]);
            // Unescaped, .NET would treat it as the start of a class to subtract.
            else if (members[i] == '[')
                text.Append(@"\[");
            else
                text.Append(members[i]);
        }

        text.Append(']');
    }
}
