using System.Text.RegularExpressions;

namespace WorkspaceEmulator.Faults;

/// <summary>
/// Matches a pattern in which <c>*</c> stands for anything within a segment and <c>**</c> for anything across segments. Letter case is
/// ignored.
/// </summary>
internal sealed class Glob(string pattern)
{
    private readonly Regex regex = new(
        $"^{Regex.Escape(pattern).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}$",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.Singleline
    );

    public bool IsMatch(string text) => regex.IsMatch(text);
}
