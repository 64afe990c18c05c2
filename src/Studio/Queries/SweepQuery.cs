using System.Text.Json;
using System.Text.Json.Nodes;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Describes a sweep: its trials, the best value so far, and how much each parameter says about the metric.</summary>
internal static class SweepQuery
{
    private const int FewestForImportance = 3;

    public static JsonObject Read(SweepFacts sweep)
    {
        double? best = null;
        var trials = new JsonArray();
        foreach (var trial in sweep.Trials)
        {
            if (trial.Metric is { } value && double.IsFinite(value))
            {
                best =
                    best is not { } known ? value
                    : sweep.IsMaximized ? Math.Max(known, value)
                    : Math.Min(known, value);
            }

            trials.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = trial.Name,
                        ["state"] = trial.State,
                        ["parameters"] = trial.Values.DeepClone(),
                        ["metric"] = trial.Metric is { } shown ? Json.Of(shown) : null,
                        ["best"] = best is { } bestYet ? Json.Of(bestYet) : null,
                        ["started"] = Json.Of(trial.Started),
                        ["ended"] = Json.Of(trial.Ended),
                    }
            );
        }

        return new()
        {
            ["objective"] = new JsonObject { ["metric"] = sweep.Metric, ["goal"] = sweep.IsMaximized ? "Maximize" : "Minimize" },
            ["sampling"] = sweep.Sampling,
            ["maxTrials"] = sweep.MaxTrials,
            ["maxConcurrent"] = sweep.MaxConcurrent,
            ["trials"] = trials,
            ["importance"] = Json.Of(
                Importance(sweep)
                    .Select(JsonNode? (one) => new JsonObject { ["parameter"] = one.Parameter, ["value"] = Math.Round(one.Value, 4) })
            ),
        };
    }

    /// <summary>
    /// Returns for each parameter the share of the metric's variance that it explains alone: the square of the rank correlation for
    /// numbers, and the variance between the groups for others. From 0 to 1; the shares need not add up to 1.
    /// </summary>
    public static IReadOnlyList<(string Parameter, double Value)> Importance(SweepFacts sweep)
    {
        var measured = sweep.Trials.Where(trial => trial.Metric is { } value && double.IsFinite(value)).ToList();
        if (measured.Count < FewestForImportance)
            return [];
        var metric = Ranks([.. measured.Select(trial => trial.Metric!.Value)]);
        return
        [
            .. measured
                .SelectMany(trial => trial.Values.Select(pair => pair.Key))
                .Distinct(StringComparer.Ordinal)
                .Select(name => (name, Explained([.. measured.Select(trial => Json.Member(trial.Values, name))], metric)))
                .OrderByDescending(pair => pair.Item2)
                .ThenBy(pair => pair.name, StringComparer.Ordinal),
        ];
    }

    private static double Explained(IReadOnlyList<JsonNode?> values, double[] metric)
    {
        if (values.All(value => value?.GetValueKind() == JsonValueKind.Number))
        {
            var r = Correlation(Ranks([.. values.Select(value => value!.GetValue<double>())]), metric);
            return r * r;
        }

        var mean = metric.Average();
        var total = metric.Sum(value => (value - mean) * (value - mean));
        var between = values
            .Select((value, i) => (Key: value?.ToJsonString() ?? "", Metric: metric[i]))
            .GroupBy(pair => pair.Key, StringComparer.Ordinal)
            .Sum(group =>
            {
                var distance = group.Average(pair => pair.Metric) - mean;
                return group.Count() * distance * distance;
            });
        return total == 0 ? 0 : between / total;
    }

    private static double Correlation(double[] a, double[] b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        var covariance = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        var spread = Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
        return spread == 0 ? 0 : covariance / spread;
    }

    // Equal values share the mean of their ranks.
    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Length];
        var first = 0;
        while (first < order.Length)
        {
            var last = first;
            while (last + 1 < order.Length && values[order[last + 1]].Equals(values[order[first]]))
                last++;
            for (var i = first; i <= last; i++)
                ranks[order[i]] = (first + last) / 2.0;
            first = last + 1;
        }

        return ranks;
    }
}
