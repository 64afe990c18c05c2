using System.Globalization;

namespace Reports.Building;

/// <summary>Estimates how much each parameter of a sweep says about the metric. The studio compiles this file, too.</summary>
internal static class ParameterImportance
{
    /// <summary>Trials with a value of the metric below which nothing is estimated.</summary>
    private const int FewestTrials = 3;

    /// <summary>
    /// Returns for each parameter the share of the metric's variance, in ranks, that it explains alone: a parabola over the ranks of
    /// numbers, whose best value may be in the middle, and the means of the groups for other values. The shares are adjusted for the
    /// number of trials, so that chance alone gives about 0. They are from 0 to 1 and need not add up to 1.
    /// </summary>
    /// <param name="trials">The trials with a finite value of the metric, and the value of each of their parameters as text.</param>
    /// <returns>The most important parameter first; nothing when there are too few trials.</returns>
    public static IReadOnlyList<(string Parameter, double Share)> Of(
        IReadOnlyList<(IReadOnlyDictionary<string, string> Values, double Metric)> trials
    )
    {
        if (trials.Count < FewestTrials)
            return [];
        var metric = Ranks([.. trials.Select(trial => trial.Metric)]);
        return
        [
            .. trials
                .SelectMany(trial => trial.Values.Keys)
                .Distinct(StringComparer.Ordinal)
                .Select(name => (name, Explained([.. trials.Select(trial => trial.Values.GetValueOrDefault(name, ""))], metric)))
                .OrderByDescending(pair => pair.Item2)
                .ThenBy(pair => pair.name, StringComparer.Ordinal),
        ];
    }

    private static double Explained(IReadOnlyList<string> values, double[] metric)
    {
        var goal = Centred(metric);
        var total = Product(goal, goal);
        if (total == 0)
            return 0;
        double?[] numbers = [.. values.Select(Number)];
        var (explained, terms) = numbers.All(number => number is not null)
            ? ExplainedByNumbers(Centred(Ranks([.. numbers.Select(number => number!.Value)])), goal)
            : ExplainedByGroups(values, goal);
        var free = values.Count - terms - 1;
        return free <= 0 ? 0 : Math.Clamp(1 - (1 - explained / total) * (values.Count - 1) / free, 0, 1);
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static (double Explained, int Terms) ExplainedByNumbers(double[] ranks, double[] goal)
    {
        var squares = Centred([.. ranks.Select(rank => rank * rank)]);
        var length = Product(ranks, ranks);
        if (length == 0)
            return (0, 0);
        var slope = Product(squares, ranks) / length;
        var bend = squares.Zip(ranks, (square, rank) => square - slope * rank).ToArray();
        var line = Product(goal, ranks) * Product(goal, ranks) / length;
        // Two values, or three trials, have no bend.
        return Product(bend, bend) < 1e-9 || goal.Length < 4
            ? (line, 1)
            : (line + Product(goal, bend) * Product(goal, bend) / Product(bend, bend), 2);
    }

    private static (double Explained, int Terms) ExplainedByGroups(IReadOnlyList<string> values, double[] goal)
    {
        var groups = values.Select((value, place) => (value, goal[place])).GroupBy(pair => pair.value, StringComparer.Ordinal).ToList();
        return (groups.Sum(group => group.Count() * Math.Pow(group.Average(pair => pair.Item2), 2)), groups.Count - 1);
    }

    private static double[] Centred(double[] values)
    {
        var mean = values.Average();
        return [.. values.Select(value => value - mean)];
    }

    private static double Product(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    // Equal values share the mean of their ranks.
    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(place => values[place]).ToArray();
        var ranks = new double[values.Length];
        var first = 0;
        while (first < order.Length)
        {
            var last = first;
            while (last + 1 < order.Length && values[order[last + 1]].Equals(values[order[first]]))
                last++;
            for (var place = first; place <= last; place++)
                ranks[order[place]] = (first + last) / 2.0;
            first = last + 1;
        }

        return ranks;
    }
}
