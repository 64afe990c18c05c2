using System.Text.Json.Nodes;
using Reports.Building;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Describes a sweep: its trials, the best value so far, and how much each parameter says about the metric.</summary>
internal static class SweepQuery
{
    private const string Completed = "Completed";

    public static JsonObject Read(SweepFacts sweep)
    {
        double? best = null;
        var trials = new JsonArray();
        foreach (var trial in sweep.Trials)
        {
            // The best trial is a completed one: any other leaves no model.
            if (trial is { State: Completed, Measured: { } value })
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
                        ["isEndedEarly"] = trial.IsEndedEarly,
                        ["parameters"] = trial.Values.DeepClone(),
                        ["metric"] = trial.Metric is { } shown ? Json.Of(shown) : null,
                        ["best"] = best is { } bestYet ? Json.Of(bestYet) : null,
                        ["started"] = Json.Of(trial.Started),
                        ["ended"] = Json.Of(trial.Ended),
                        ["seconds"] = trial.Seconds is { } seconds ? Json.Of(seconds) : null,
                        ["isInStore"] = trial.IsInStore,
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
                    .Select(JsonNode? (one) => new JsonObject { ["parameter"] = one.Parameter, ["value"] = Math.Round(one.Share, 4) })
            ),
        };
    }

    /// <summary>Returns the importance of each parameter, the most important first.</summary>
    public static IReadOnlyList<(string Parameter, double Share)> Importance(SweepFacts sweep) =>
        ParameterImportance.Of([
            .. sweep
                .Trials.Where(trial => trial.Measured is not null)
                .Select(trial => ((IReadOnlyDictionary<string, string>)Texts(trial), trial.Measured!.Value)),
        ]);

    private static Dictionary<string, string> Texts(TrialFacts trial) =>
        trial.Values.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal);
}
