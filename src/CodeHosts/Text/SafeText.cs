namespace CodeHosts.Text;

/// <summary>Shows text from outside, such as a branch name or a comment, where it can be neither a command nor markup.</summary>
public static class SafeText
{
    private const int Longest = 120;

    /// <summary>The characters that stay, beside letters and digits. None starts a command, a variable, a link or a mention.</summary>
    private const string Harmless = " ._-/=+,";

    /// <summary>Returns the text as one line of letters, digits and <c>. _ - / = + ,</c>; any other character becomes <c>?</c>.</summary>
    /// <param name="text">The text; null gives an empty line.</param>
    /// <param name="longest">The most characters that are shown; <c>…</c> follows when there are more.</param>
    public static string Show(string? text, int longest = Longest)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var shown = string.Concat(text.Take(longest).Select(letter => IsHarmless(letter) ? letter : '?'));
        return text.Length > longest ? shown + "…" : shown;
    }

    /// <summary>Returns the shown text in quotation marks.</summary>
    public static string Quote(string? text) => $"\"{Show(text)}\"";

    private static bool IsHarmless(char letter) => char.IsLetterOrDigit(letter) || Harmless.Contains(letter, StringComparison.Ordinal);
}
