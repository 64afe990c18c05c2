using System.Globalization;
using System.Text;

namespace Reports;

/// <summary>Converts text from outside, such as names of classes and images, to one harmless line.</summary>
internal static class PlainText
{
    /// <summary>Length up to which a text is shown whole, in code points.</summary>
    public const int Longest = 160;

    // More marks on one letter than any language uses would cover the lines above and below.
    private const int MostMarks = 4;

    /// <summary>
    /// Returns a text without control and format characters, which reorder, hide or break lines; white space becomes one space each.
    /// </summary>
    /// <param name="text">Any text; null is the empty text.</param>
    /// <param name="longest">Code points that are kept; a longer text ends in an ellipsis.</param>
    public static string OneLine(string? text, int longest = Longest)
    {
        var line = new StringBuilder();
        var (count, marks) = (0, 0);
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark && ++marks > MostMarks)
                continue;
            if (category is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark))
                marks = 0;
            if (IsSpace(rune, category))
            {
                if (line.Length == 0 || line[^1] == ' ')
                    continue;
                line.Append(' ');
            }
            else if (category is UnicodeCategory.Control or UnicodeCategory.Format)
            {
                continue;
            }
            else if (category is UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate)
            {
                line.Append('\uFFFD');
            }
            else
            {
                line.Append(rune);
            }

            if (++count >= longest)
                return line.ToString().TrimEnd() + "…";
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>Returns whether a text holds letters that are written from right to left.</summary>
    public static bool IsRightToLeft(string text) =>
        text.EnumerateRunes()
            .Any(rune =>
                rune.Value
                    is (>= 0x590 and <= 0x8FF)
                        or (>= 0xFB1D and <= 0xFEFC)
                        or (>= 0x10800 and <= 0x10FFF)
                        or (>= 0x1E800 and <= 0x1EFFF)
            );

    private static bool IsSpace(Rune rune, UnicodeCategory category) =>
        rune.Value is '\t' or '\n' or '\r' or 0x0B or 0x0C or 0x85
        || category is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
