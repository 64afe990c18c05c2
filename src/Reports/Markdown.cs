using System.Buffers;
using System.Globalization;
using System.Text;

namespace Reports;

/// <summary>Writes text from outside into Markdown that GitHub and Azure DevOps render.</summary>
public static class Markdown
{
    // Invisible, without a width, and no part of a name, a number or an address.
    private const char Break = '\u200B';

    // The shortest and the longest commit id that hosts turn into a link.
    private const int ShortestCommit = 7;
    private const int LongestCommit = 40;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>
    /// Returns a text that is shown as it is, on one line: no markup, HTML, link, image, mention of a person or a team, or reference to an
    /// issue, a pull request, a work item or a commit.
    /// </summary>
    /// <remarks>
    /// Every punctuation mark that Markdown knows is written as a character reference. Hosts look for mentions and references in the
    /// rendered text, where a reference is a plain character again: there an invisible space separates the mark from the next text.
    /// </remarks>
    /// <param name="text">Any text; null is the empty text.</param>
    /// <param name="longest">Characters that are kept; a longer text ends in an ellipsis.</param>
    public static string Escape(string? text, int longest = PlainText.Longest)
    {
        var line = PlainText.OneLine(text, longest);
        var escaped = new StringBuilder(line.Length * 2);
        for (var index = 0; index < line.Length; index++)
        {
            var letter = line[index];
            if (char.IsAsciiHexDigit(letter) && (index == 0 || !char.IsAsciiLetterOrDigit(line[index - 1])))
                index = AppendWord(escaped, line, index);
            else
                Append(escaped, line, index);
        }

        return PlainText.IsRightToLeft(line) ? $"\u2068{escaped}\u2069" : escaped.ToString();
    }

    private static void Append(StringBuilder escaped, string line, int index)
    {
        var letter = line[index];
        var next = index + 1 < line.Length ? line[index + 1] : '\0';
        if (char.IsAsciiLetterOrDigit(letter) || letter is ' ' or ',' or ';' or '%' or '?' || letter > '\u007F')
        {
            escaped.Append(letter);
            // www.example.org and GH-1 are links without any further mark.
            if (letter is 'w' or 'W' && next == '.')
                escaped.Append(Break);
            return;
        }

        // A full stop is in every file name and number; it has a meaning only after a number at the start of a line.
        if (letter == '.' && line.AsSpan(0, index).ContainsAnyExceptInRange('0', '9'))
            escaped.Append('.');
        else if (letter == '/')
            escaped.Append('/');
        else
            escaped.Append(CultureInfo.InvariantCulture, $"&#{(int)letter};");
        var isAfterGh = index >= 2 && line.AsSpan(index - 2, 2).Equals("gh", StringComparison.OrdinalIgnoreCase);
        if (letter is '@' or '#' or '!' or ':' || (letter == '-' && isAfterGh))
            escaped.Append(Break);
    }

    /// <summary>Appends a word of hexadecimal digits, broken when a host could take it for a commit.</summary>
    /// <returns>The index of its last letter.</returns>
    private static int AppendWord(StringBuilder escaped, string line, int start)
    {
        var end = start;
        while (end < line.Length && char.IsAsciiLetterOrDigit(line[end]))
            end++;
        var word = line.AsSpan(start, end - start);
        var isCommit = word.Length is >= ShortestCommit and <= LongestCommit && word.IndexOfAnyExcept(HexDigits) < 0;
        for (var index = start; index < end; index++)
        {
            Append(escaped, line, index);
            if (isCommit && (index - start) % (ShortestCommit - 1) == ShortestCommit - 2)
                escaped.Append(Break);
        }

        return end - 1;
    }
}
