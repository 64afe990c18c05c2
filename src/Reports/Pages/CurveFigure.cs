using System.Globalization;
using System.Text.Json.Nodes;
using Reports.Building;
using Reports.Reading;

namespace Reports.Pages;

/// <summary>Writes the logged metrics over the steps, those of the baseline beside them.</summary>
internal static class CurveFigure
{
    private const int MostMetrics = 60;
    private const int Buckets = 200;

    /// <summary>Returns the figure; null when no metric was logged twice: one value is in the table of the metrics.</summary>
    public static string? Draw(PageFigures figures, RunFacts run, RunFacts? baseline)
    {
        var (own, theirs) = (run.Artifacts.History, baseline?.Artifacts.History);
        var names = own.Latest()
            .Keys.Where(name => Measured(own.Series(name)).Take(2).Count() == 2)
            .OrderBy(Rank)
            .ThenBy(name => name, StringComparer.Ordinal)
            .Take(MostMetrics)
            .ToList();
        if (names.Count == 0)
            return null;
        var runs = new JsonArray { Describe(run.Job, own, names) };
        if (theirs is not null)
            runs.Add((JsonNode)Describe("baseline", theirs, names));
        var data = new JsonObject
        {
            ["runs"] = runs,
            ["names"] = PageFigures.Texts(names, 60),
            ["isBaseline"] = theirs is not null,
        };
        var (last, before) = (own.Latest(), theirs?.Latest());
        var table = PageFigures.Table(
            "Last values of the logged metrics",
            theirs is null ? ["metric", "last value"] : ["metric", "last value", "baseline"],
            names.Select(name =>
                (IReadOnlyList<string>)
                    [
                        HtmlText.Foreign(name, 60),
                        HtmlText.Metric(last[name]),
                        .. before is null ? (string[])[] : [HtmlText.Metric(before.TryGetValue(name, out var value) ? value : null)],
                    ]
            )
        );
        return figures.Place("curves", "Curves", data, table);
    }

    // The losses and the sums come first; a detector of many classes has more lines than a page can show.
    private static int Rank(string name) =>
        name.StartsWith("train_", StringComparison.Ordinal) ? 0
        : name.StartsWith("eval_AP50_", StringComparison.Ordinal) ? 2
        : 1;

    private static JsonObject Describe(string name, MetricsHistory history, IEnumerable<string> names) =>
        new()
        {
            ["name"] = PlainText.OneLine(name, 60),
            ["series"] = new JsonArray([.. names.Select(metric => Describe(metric, history.Series(metric)))]),
        };

    private static JsonObject Describe(string name, IReadOnlyList<(double Step, double Value)> series)
    {
        var shown = Thinned(Newest(series));
        return new()
        {
            ["name"] = PlainText.OneLine(name, 60),
            ["steps"] = PageFigures.Numbers(shown.Select(point => point.Step)),
            ["values"] = PageFigures.Numbers(shown.Select(point => Rounded(point.Value))),
        };
    }

    // The trainer writes -1 where there is nothing to measure, such as large objects in a test set of small ones.
    private static IEnumerable<(double Step, double Value)> Measured(IEnumerable<(double Step, double Value)> series) =>
        series.Where(point => !point.Value.Equals(-1));

    // A run that resumes repeats some steps.
    private static List<(double Step, double Value)> Newest(IReadOnlyList<(double Step, double Value)> series)
    {
        var newest = new SortedDictionary<double, double>();
        foreach (var (step, value) in Measured(series))
            newest[step] = value;
        return [.. newest.Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>Returns the lowest and the highest point of each of evenly spread parts, and both ends.</summary>
    internal static IReadOnlyList<(double Step, double Value)> Thinned(IReadOnlyList<(double Step, double Value)> points)
    {
        if (points.Count <= 2 * Buckets)
            return points;
        var places = new SortedSet<int> { 0, points.Count - 1 };
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            var from = (int)((long)bucket * points.Count / Buckets);
            var to = (int)((long)(bucket + 1) * points.Count / Buckets);
            places.Add(Enumerable.Range(from, to - from).MinBy(place => points[place].Value));
            places.Add(Enumerable.Range(from, to - from).MaxBy(place => points[place].Value));
        }

        return [.. places.Select(place => points[place])];
    }

    // Six digits are more than a chart can show.
    private static double Rounded(double value) =>
        double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
