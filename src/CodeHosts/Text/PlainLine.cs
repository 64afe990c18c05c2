using System.Globalization;
using System.Text;

namespace CodeHosts.Text;

/// <summary>Removes invisible characters, which the parsers of both platforms ignore or misread.</summary>
internal static class PlainLine
{
    /// <summary>Removes control, format and other invisible characters, tabs excepted.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepLines">Whether line feeds stay; otherwise each becomes a space.</param>
    public static string Clean(string text, bool keepLines = false)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value == '\n')
                clean.Append(keepLines ? '\n' : ' ');
            else if (rune.Value == '\t' || !IsInvisible(Rune.GetUnicodeCategory(rune)))
                clean.Append(rune);
        }

        return clean.ToString();
    }

    /// <summary>Writes the beginnings of commands so that neither platform recognizes them.</summary>
    public static string Defuse(string text) =>
        text.Replace("##vso", "##\\vso", StringComparison.OrdinalIgnoreCase).Replace("##[", "##\\[", StringComparison.Ordinal);

    private static bool IsInvisible(UnicodeCategory category) =>
        category
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned;
}
