using System.Buffers;
using System.Globalization;
using System.Text;

namespace Experiments.Text;

/// <summary>Makes text that this program did not write harmless for the program that shows it.</summary>
/// <remarks>
/// Azure's agent acts on <c>##vso[</c> and GitHub's runner on <c>##[</c> anywhere in a line, and the runner on <c>::name::</c> at its
/// start. Both search by culture, so characters without weight (zero-width, control, variation selectors) hide no command from them.
/// A visible backslash hides it: <c>##\vso[</c>, <c>##\[</c> and <c>\::</c> are plain text for both.
/// </remarks>
public static class ForeignText
{
    private static readonly SearchValues<char> Printable = SearchValues.Create(
        "\t !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    );

    /// <summary>Converts one line of a pipeline's log: no control characters, and no command for the platform.</summary>
    public static string Defuse(string line) => DefuseMarkers(StripControls(line));

    /// <summary>Converts each line of a text as <see cref="Defuse"/> does. Line ends become line feeds.</summary>
    public static string DefuseLines(string text) => Lines(text, '\n', Defuse);

    /// <summary>Converts each line of a text as <see cref="StripControls"/> does. Line ends become line feeds.</summary>
    public static string StripLines(string text) => Lines(text, '\n', StripControls);

    /// <summary>Converts a text to one line without control characters. Line ends become spaces.</summary>
    public static string OneLine(string text) => Lines(text, ' ', StripControls);

    private static string Lines(string text, char end, Func<string, string> convert)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Join(end, text.ReplaceLineEndings("\n").Split('\n').Select(convert));
    }

    /// <summary>
    /// Removes escape sequences, control characters except tabs, separators of lines and paragraphs, and characters that only change how
    /// others are shown, such as the overrides of the writing direction. A lone surrogate becomes U+FFFD.
    /// </summary>
    public static string StripControls(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var first = line.AsSpan().IndexOfAnyExcept(Printable);
        if (first < 0)
            return line;
        var kept = new StringBuilder(line.Length);
        kept.Append(line, 0, first);
        var at = first;
        while (at < line.Length)
        {
            if (line[at] == '\u001b')
            {
                at += EscapeLength(line.AsSpan(at));
                continue;
            }

            var isRune = Rune.TryGetRuneAt(line, at, out var rune);
            if (!isRune)
                kept.Append('\uFFFD');
            else if (rune.Value == '\t' || !IsInvisible(Rune.GetUnicodeCategory(rune)))
                kept.Append(line, at, rune.Utf16SequenceLength);
            at += isRune ? rune.Utf16SequenceLength : 1;
        }

        return kept.ToString();
    }

    private static bool IsInvisible(UnicodeCategory category) =>
        category
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    // The length of an escape sequence (ECMA-48): CSI ends with a byte of 0x40 to 0x7E, OSC with BEL or ST; of all others only ESC itself
    // counts.
    private static int EscapeLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2)
            return 1;
        if (text[1] == '[')
        {
            var end = text[2..].IndexOfAnyInRange('\u0040', '\u007e');
            return end < 0 || text[2..][..end].ContainsAnyExceptInRange('\u0020', '\u003f') ? 2 : end + 3;
        }

        if (text[1] == ']' && text.IndexOfAny('\u0007', '\u009c') is var bell && text.IndexOf("\u001b\\") is var terminator)
        {
            var isBell = bell >= 0 && (terminator < 0 || bell < terminator);
            return isBell ? bell + 1 : Math.Max(terminator, 0) + 2;
        }

        return 1;
    }

    private static string DefuseMarkers(string line)
    {
        if (!line.Contains("##", StringComparison.Ordinal) && !line.Contains("::", StringComparison.Ordinal) && Ascii.IsValid(line))
            return line;
        var defused = new StringBuilder(line.Length + 8);
        if (StartsCommand(line))
            defused.Append('\\');
        for (var at = 0; at < line.Length; at++)
        {
            defused.Append(line[at]);
            if (
                line[at] == '#'
                && Next(line, at + 1) is var second
                && second < line.Length
                && line[second] == '#'
                && OpensMarker(line, second + 1)
            )
            {
                defused.Append(line, at + 1, second - at).Append('\\');
                at = second;
            }
        }

        return defused.ToString();
    }

    // GitHub's first form: `::` after white space of every kind.
    private static bool StartsCommand(string line)
    {
        var at = 0;
        while (at < line.Length && (char.IsWhiteSpace(line[at]) || IsWeightless(line, at)))
            at++;
        return at < line.Length && line[at] == ':' && Next(line, at + 1) is var second && second < line.Length && line[second] == ':';
    }

    // After `##`: `[` or `vso[`.
    private static bool OpensMarker(string line, int start)
    {
        var at = Next(line, start);
        if (at < line.Length && line[at] == '[')
            return true;
        foreach (var letter in "vso[")
        {
            if (at >= line.Length || char.ToLowerInvariant(line[at]) != letter)
                return false;
            at = Next(line, at + 1);
        }

        return true;
    }

    private static int Next(string line, int at)
    {
        while (at < line.Length && IsWeightless(line, at))
            at++;
        return at;
    }

    // More than what a collation ignores is taken: a mark on `#` costs a backslash, a missed one the pipeline.
    private static bool IsWeightless(string line, int at) =>
        line[at] > '\u007f'
        && (
            line[at] is '\u115f' or '\u1160' or '\u3164' or '\uffa0'
            || CharUnicodeInfo.GetUnicodeCategory(line, at)
                is UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.EnclosingMark
                    or UnicodeCategory.SpacingCombiningMark
                    or UnicodeCategory.Format
                    or UnicodeCategory.Control
                    or UnicodeCategory.OtherNotAssigned
                    or UnicodeCategory.PrivateUse
                    or UnicodeCategory.Surrogate
            || char.IsLowSurrogate(line[at])
        );
}
