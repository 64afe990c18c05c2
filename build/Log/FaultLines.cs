using System.Globalization;
using System.Text;

namespace Build.Log;

/// <summary>Shortens long lists of faults: of each kind the first ones are shown, and a file has them all.</summary>
internal static class FaultLines
{
    /// <summary>The most lines of one kind that are shown.</summary>
    public const int ShownOfAKind = 50;

    /// <summary>Shortens a list; a list in which no kind is long is returned as it is.</summary>
    /// <param name="context">The run.</param>
    /// <param name="name">Name of the file for the whole list, in the folder of artifacts.</param>
    /// <param name="lines">The lines.</param>
    public static IReadOnlyList<string> Shorten(BuildContext context, string name, IReadOnlyList<string> lines)
    {
        if (lines.Count <= ShownOfAKind)
            return lines;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var shown = new List<string>();
        foreach (var line in lines)
        {
            var kind = KindOf(line);
            var count = counts[kind] = counts.GetValueOrDefault(kind) + 1;
            if (count <= ShownOfAKind)
                shown.Add(line);
        }

        if (shown.Count == lines.Count)
            return lines;
        foreach (var (kind, count) in counts.Where(pair => pair.Value > ShownOfAKind))
            shown.Add(string.Create(CultureInfo.InvariantCulture, $"{count - ShownOfAKind} more like: {kind}"));
        var file = Path.Combine(context.ArtifactsFolder, name);
        Directory.CreateDirectory(context.ArtifactsFolder);
        File.WriteAllLines(file, lines);
        shown.Add(string.Create(CultureInfo.InvariantCulture, $"All {lines.Count} are in {Path.GetRelativePath(context.Root, file)}."));
        return shown;
    }

    /// <summary>Returns what lines of one kind have in common: the text without numbers and without what is quoted.</summary>
    internal static string KindOf(string line)
    {
        var kind = new StringBuilder(line.Length);
        for (var at = 0; at < line.Length; at++)
        {
            var letter = line[at];
            if (letter is '"' or '\'' && line.IndexOf(letter, at + 1) is > 0 and var end)
            {
                kind.Append(letter).Append('…').Append(letter);
                at = end;
            }
            else if (char.IsAsciiDigit(letter))
            {
                if (kind.Length == 0 || kind[^1] != '…')
                    kind.Append('…');
                at = EndOfNumber(line, at);
            }
            else
            {
                kind.Append(letter);
            }
        }

        return kind.ToString();
    }

    // Numbers with commas between them, as in a box, count as one.
    private static int EndOfNumber(string line, int at)
    {
        while (IsDigit(line, at + 1) || (at + 1 < line.Length && line[at + 1] is '.' or ',' && IsDigit(line, at + 2)))
            at++;
        return at;
    }

    private static bool IsDigit(string line, int at) => at < line.Length && (char.IsAsciiDigit(line[at]) || line[at] == '-');
}
