using System.Globalization;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Runs;

namespace WorkspaceEmulator.Mlflow;

/// <summary>Reads the filter language of MLflow's run search: comparisons of metrics, params, tags and attributes, joined by AND.</summary>
internal static partial class RunFilter
{
    [GeneratedRegex(
        """^\s*((?<kind>metrics?|params?|parameters?|tags?|attributes?|attr|run)\.)?(?<key>`[^`]+`|"[^"]+"|[\w./-]+)\s*"""
            + """(?<operator>!=|>=|<=|=|>|<|\bLIKE\b|\bILIKE\b)\s*(?<value>'[^']*'|"[^"]*"|[-+.\w]+)\s*$""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Comparison();

    // AND outside of quotes.
    [GeneratedRegex(
        """\s+AND\s+(?=(?:[^'"]*['"][^'"]*['"])*[^'"]*$)""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex And();

    [GeneratedRegex(
        @"^\s*((?<kind>metrics?|params?|tags?|attributes?)\.)?(?<key>`[^`]+`|[\w./-]+)(\s+(?<direction>ASC|DESC))?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Order();

    /// <summary>Reads a filter.</summary>
    /// <returns>Either the predicate or what is wrong with the filter.</returns>
    public static (Func<Run, bool>? Matches, string? Fault) Parse(string? filter)
    {
        if (string.IsNullOrWhiteSpace(filter))
            return (_ => true, null);
        var predicates = new List<Func<Run, bool>>();
        foreach (var clause in And().Split(filter))
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

            var (kind, key) = (match.Groups["kind"].Value, match.Groups["key"].Value.Trim('`', '"'));
            var (comparison, value) = (match.Groups["operator"].Value.ToUpperInvariant(), match.Groups["value"].Value.Trim('\'', '"'));
            if (IsMetric(kind) && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                return (null, $"Invalid value '{value}' in clause '{clause}'; a metric is compared with a number.");
            predicates.Add(run => Compare(ValueOf(run, kind, key), comparison, value));
        }

        return (run => predicates.TrueForAll(predicate => predicate(run)), null);
    }

    /// <summary>Sorts by MLflow's <c>order_by</c>. Runs without the value come last; equal runs are sorted newest first.</summary>
    public static (IEnumerable<Run>? Runs, string? Fault) Sort(IEnumerable<Run> runs, IReadOnlyList<string> orders)
    {
        var sorted = runs.OrderByDescending(run => run.Document.Number);
        for (var i = orders.Count - 1; i >= 0; i--)
        {
            var match = Order().Match(orders[i]);
            if (!match.Success)
                return (null, $"Invalid order_by clause '{orders[i]}'.");
            var (kind, key) = (match.Groups["kind"].Value, match.Groups["key"].Value.Trim('`'));
            var keyed = sorted.Select(run => (Run: run, Value: ValueOf(run, kind, key))).ToList();
            var present = keyed.Where(pair => pair.Value is not null);
            var ordered = match.Groups["direction"].Value.Equals("DESC", StringComparison.OrdinalIgnoreCase)
                ? present.OrderByDescending(pair => pair.Value, Comparer<object?>.Create(Compare))
                : present.OrderBy(pair => pair.Value, Comparer<object?>.Create(Compare));
            // OrderBy is stable: sorting by the last clause first keeps ties in the order of the later clauses.
            sorted = ordered.Concat(keyed.Where(pair => pair.Value is null)).Select(pair => pair.Run).ToList().OrderBy(_ => 0);
        }

        return (sorted, null);
    }

    private static bool IsMetric(string kind) => kind.StartsWith("metric", StringComparison.OrdinalIgnoreCase);

    private static object? ValueOf(Run run, string kind, string key)
    {
        var document = run.Document;
        if (IsMetric(kind))
            return run.Metrics.Latest().FirstOrDefault(point => point.Key == key)?.Value;
        if (kind.StartsWith("param", StringComparison.OrdinalIgnoreCase))
            return document.Parameters.GetValueOrDefault(key);
        if (kind.StartsWith("tag", StringComparison.OrdinalIgnoreCase))
            return document.Tags.GetValueOrDefault(key);
        return key.ToLowerInvariant() switch
        {
            "run_id" => run.Name,
            "run_name" or "run name" => document.DisplayName,
            "status" => document.Status.ToMlflow(),
            "start_time" or "created" => (double)(document.StartedAt ?? document.CreatedAt).ToUnixTimeMilliseconds(),
            "end_time" => document.EndedAt is { } end ? (double)end.ToUnixTimeMilliseconds() : null,
            _ => null,
        };
    }

    private static int Compare(object? a, object? b) =>
        a is double x && b is double y ? x.CompareTo(y) : string.CompareOrdinal(a?.ToString(), b?.ToString());

    private static bool Compare(object? found, string comparison, string value)
    {
        if (found is null)
            return comparison == "!=";
        if (comparison is "LIKE" or "ILIKE")
        {
            var pattern =
                $"^{Regex.Escape(value).Replace("%", ".*", StringComparison.Ordinal).Replace("_", ".", StringComparison.Ordinal)}$";
            return Regex.IsMatch(
                found.ToString()!,
                pattern,
                comparison == "ILIKE" ? RegexOptions.IgnoreCase : RegexOptions.None,
                TimeSpan.FromSeconds(1)
            );
        }

        var order =
            found is double number && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var wanted)
                ? number.CompareTo(wanted)
                : string.CompareOrdinal(found.ToString(), value);
        return comparison switch
        {
            "=" => order == 0,
            "!=" => order != 0,
            ">" => order > 0,
            ">=" => order >= 0,
            "<" => order < 0,
            _ => order <= 0,
        };
    }
}
