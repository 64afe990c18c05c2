using System.Globalization;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Wire.Patterns;

namespace WorkspaceEmulator.Mlflow;

/// <summary>Reads MLflow's search language: comparisons that are joined by AND, and <c>order_by</c>.</summary>
internal static partial class SearchFilter
{
    [GeneratedRegex(
        """^\s*((?<kind>metrics?|params?|parameters?|tags?|attributes?|attr|run)\.)?(?<key>`[^`]+`|"[^"]+"|[\w./-]+)\s*"""
            + """((?<operator>!=|>=|<=|=|>|<|\bLIKE\b|\bILIKE\b)\s*(?<value>'[^']*'|"[^"]*"|[-+.\w]+)"""
            + """|(?<operator>\bIN\b|\bNOT\s+IN\b)\s*\((?<value>[^()]*)\))\s*\z""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Comparison();

    [GeneratedRegex(
        @"^\s*((?<kind>metrics?|params?|parameters?|tags?|attributes?|attr|run)\.)?(?<key>`[^`]+`|[\w./-]+)"
            + @"(\s+(?<direction>ASC|DESC))?\s*\z",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Order();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();

    /// <summary>Reads a filter.</summary>
    /// <param name="filter">The filter; null or empty for all items.</param>
    /// <param name="fieldOf">Returns what a kind (metric, param, tag, attribute) and a key name; null when nothing.</param>
    /// <returns>Either the predicate or what is wrong with the filter.</returns>
    public static (Func<T, bool>? Matches, string? Fault) Parse<T>(string? filter, Func<string, string, SearchField<T>?> fieldOf)
    {
        if (string.IsNullOrWhiteSpace(filter))
            return (_ => true, null);
        var predicates = new List<Func<T, bool>>();
        foreach (var clause in Clauses(filter))
        {
            var match = Comparison().Match(clause);
            if (!match.Success)
            {
                return (
                    null,
                    $"Invalid clause '{clause}' in filter string; it must be like metrics.loss < 0.5, params.x = 'y', tags.x = 'y' or "
                        + "attributes.status = 'FINISHED'."
                );
            }

            var key = match.Groups["key"].Value.Trim('`', '"');
            if (fieldOf(KindOf(match), key) is not { } field)
                return (null, $"Invalid attribute key '{key}' specified in clause '{clause}'.");
            var comparison = Spaces().Replace(match.Groups["operator"].Value.ToUpperInvariant(), " ");
            if (!field.Operators.Contains(comparison, StringComparer.Ordinal))
            {
                return (
                    null,
                    $"Invalid comparator '{comparison}' in clause '{clause}'; it must be one of {string.Join(", ", field.Operators)}."
                );
            }

            var value = match.Groups["value"].Value.Trim();
            var (predicate, fault) = comparison.EndsWith("IN", StringComparison.Ordinal)
                ? (IsOneOf(field, value, comparison == "IN"), null)
                : Compare(field, comparison, value.Trim('\'', '"'), clause);
            if (predicate is null)
                return (null, fault);
            predicates.Add(predicate);
        }

        return (item => predicates.TrueForAll(predicate => predicate(item)), null);
    }

    /// <summary>Sorts by <c>order_by</c>. Items without the value come last, and items that are equal keep their order.</summary>
    /// <param name="items">The items, in the order for those that are equal.</param>
    /// <param name="orders">The clauses, the first of which counts most.</param>
    /// <param name="fieldOf">As for <see cref="Parse"/>.</param>
    /// <returns>Either the sorted items or what is wrong with a clause.</returns>
    public static (IReadOnlyList<T>? Items, string? Fault) Sort<T>(
        IEnumerable<T> items,
        IReadOnlyList<string> orders,
        Func<string, string, SearchField<T>?> fieldOf
    )
    {
        var sorted = items.ToList();
        for (var i = orders.Count - 1; i >= 0; i--)
        {
            var match = Order().Match(orders[i]);
            if (!match.Success || fieldOf(KindOf(match), match.Groups["key"].Value.Trim('`')) is not { } field)
                return (null, $"Invalid order_by clause '{orders[i]}'.");
            if (!field.IsSortable)
                return (null, $"Invalid order_by clause '{orders[i]}': sorting is supported by attributes only. Sort on the client.");
            var keyed = sorted.Select(item => (Item: item, Value: field.Value(item))).ToList();
            var present = keyed.Where(pair => pair.Value is not null);
            // These sorts are stable: sorting by the last clause first keeps ties in the order of the later clauses.
            var ordered = match.Groups["direction"].Value.Equals("DESC", StringComparison.OrdinalIgnoreCase)
                ? present.OrderByDescending(pair => pair.Value, Comparer<object?>.Create(Compare))
                : present.OrderBy(pair => pair.Value, Comparer<object?>.Create(Compare));
            sorted = [.. ordered.Concat(keyed.Where(pair => pair.Value is null)).Select(pair => pair.Item)];
        }

        return (sorted, null);
    }

    // What AND joins outside of quotes.
    private static IEnumerable<string> Clauses(string filter)
    {
        const string And = "AND";
        var (begin, quote) = (0, '\0');
        for (var at = 0; at < filter.Length; at++)
        {
            if (quote != '\0')
            {
                quote = filter[at] == quote ? '\0' : quote;
            }
            else if (filter[at] is '\'' or '"' or '`')
            {
                quote = filter[at];
            }
            else if (
                at > 0
                && at + And.Length < filter.Length
                && char.IsWhiteSpace(filter[at - 1])
                && char.IsWhiteSpace(filter[at + And.Length])
                && filter.AsSpan(at, And.Length).Equals(And, StringComparison.OrdinalIgnoreCase)
            )
            {
                yield return filter[begin..at].Trim();
                begin = at + And.Length;
            }
        }

        yield return filter[begin..].Trim();
    }

    private static string KindOf(Match match)
    {
        var kind = match.Groups["kind"].Value.ToLowerInvariant();
        return kind.StartsWith("metric", StringComparison.Ordinal) ? "metric"
            : kind.StartsWith("param", StringComparison.Ordinal) ? "param"
            : kind.StartsWith("tag", StringComparison.Ordinal) ? "tag"
            : "attribute";
    }

    private static Func<T, bool> IsOneOf<T>(SearchField<T> field, string list, bool wanted)
    {
        var values = list.Split(',').Select(value => value.Trim().Trim('\'', '"')).ToHashSet(StringComparer.Ordinal);
        return item => field.Value(item) is { } found && values.Contains(found.ToString()!) == wanted;
    }

    private static (Func<T, bool>? Predicate, string? Fault) Compare<T>(
        SearchField<T> field,
        string comparison,
        string value,
        string clause
    )
    {
        if (!field.IsNumber)
        {
            Func<string, bool> matches = comparison is "LIKE" or "ILIKE"
                ? WildcardPattern.OfLike(value, ignoresCase: comparison == "ILIKE").IsMatch
                : found => Holds(string.CompareOrdinal(found, value), comparison);
            return (item => field.Value(item) is { } found && matches(found.ToString()!), null);
        }

        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (item => field.Value(item) is double found && Holds(found.CompareTo(number), comparison), null)
            : (null, $"Invalid value '{value}' in clause '{clause}'; it is compared with a number.");
    }

    private static bool Holds(int order, string comparison) =>
        comparison switch
        {
            "=" => order == 0,
            "!=" => order != 0,
            ">" => order > 0,
            ">=" => order >= 0,
            "<" => order < 0,
            _ => order <= 0,
        };

    private static int Compare(object? a, object? b) =>
        a is double x && b is double y ? x.CompareTo(y) : string.CompareOrdinal(a?.ToString(), b?.ToString());
}
