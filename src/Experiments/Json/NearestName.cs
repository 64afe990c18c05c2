namespace Experiments.Json;

/// <summary>Finds the name that a misspelt one was meant to be. The trainer has the same algorithm in nearest_name.py.</summary>
public static class NearestName
{
    /// <summary>
    /// Returns the nearest of the names; null when none is near. A near name differs in case and separators only, or in few letters.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> names)
    {
        var known = names.ToList();
        var same = known.Find(candidate => IsSameButForStyle(candidate, name));
        if (same is not null || name.Length < 2)
            return same;
        if (known.Find(candidate => Upper(candidate).StartsWith(Upper(name) + "_", StringComparison.Ordinal)) is { } longer)
            return longer;
        var nearest = known
            .Select(candidate => (Name: candidate, Distance: Distance(Upper(name), Upper(candidate))))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, Math.Min(name.Length, nearest.Name.Length) / 3)
            ? nearest.Name
            : null;
    }

    /// <summary>
    /// Returns what tells two names apart that may look the same, as a sentence after a space; empty where ASCII letters alone differ.
    /// </summary>
    public static string Difference(string given, string meant)
    {
        var same = given.AsSpan().CommonPrefixLength(meant);
        var most = Math.Min(given.Length, meant.Length) - same;
        var end = 0;
        while (end < most && given[^(end + 1)] == meant[^(end + 1)])
            end++;
        var differ = string.Concat(given.AsSpan(same, given.Length - same - end), meant.AsSpan(same, meant.Length - same - end));
        return differ.All(char.IsAscii) ? "" : $" That is {Escaped(meant)}, not {Escaped(given)}.";
    }

    /// <summary>Returns whether two names are equal when the case of ASCII letters, '_', '-' and ' ' are ignored.</summary>
    public static bool IsSameButForStyle(string first, string second) => Bare(first) == Bare(second);

    /// <summary>Returns the Levenshtein distance: letters inserted, removed or replaced.</summary>
    public static int Distance(string first, string second)
    {
        var row = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var replaced = diagonal + (first[i - 1] == second[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[second.Length];
    }

    private static string Escaped(string name) =>
        string.Concat(name.Select(letter => letter is >= ' ' and <= '~' ? letter.ToString() : $"\\u{(int)letter:x4}"));

    private static string Bare(string name) => Upper(string.Concat(name.Where(letter => letter is not ('_' or '-' or ' '))));

    /// <summary>Converts the letters a to z, and no others, because languages differ about the rest.</summary>
    private static string Upper(string name) =>
        string.Concat(name.Select(letter => char.IsAsciiLetterLower(letter) ? (char)(letter - 'a' + 'A') : letter));
}
