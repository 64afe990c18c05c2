namespace Experiments.Json;

/// <summary>Finds the name a misspelt one was meant to be.</summary>
public static class NearestName
{
    /// <summary>The nearest of the names, or null when none is near: equal but for case and separators, else few letters away.</summary>
    public static string? Find(string name, IEnumerable<string> names)
    {
        var known = names.ToList();
        var same = known.Find(candidate => IsSameButForStyle(candidate, name));
        if (same is not null || name.Length < 2)
            return same;
        if (known.Find(candidate => candidate.StartsWith(name + "_", StringComparison.OrdinalIgnoreCase)) is { } longer)
            return longer;
        var nearest = known
            .Select(candidate => (Name: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, Math.Min(name.Length, nearest.Name.Length) / 3)
            ? nearest.Name
            : null;
    }

    /// <summary>Equal when case, '_', '-' and ' ' are ignored.</summary>
    public static bool IsSameButForStyle(string first, string second) =>
        string.Equals(Bare(first), Bare(second), StringComparison.OrdinalIgnoreCase);

    /// <summary>Levenshtein distance: letters inserted, removed or replaced.</summary>
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

    private static string Bare(string name) => string.Concat(name.Where(letter => letter is not ('_' or '-' or ' ')));
}
