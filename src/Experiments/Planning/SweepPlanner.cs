using System.Text.Json.Nodes;
using Experiments.Model;
using Experiments.Plans.Jobs;

namespace Experiments.Planning;

/// <summary>Plans the sweep of an experiment.</summary>
internal static class SweepPlanner
{
    // The service accepts no longer job.
    private static readonly TimeSpan LongestJob = TimeSpan.FromMinutes(43_200);

    /// <summary>Plans the sweep.</summary>
    /// <param name="experiment">The resolved exp_config, whose HYPERTUNE is true.</param>
    public static SweepPlan Plan(Experiment experiment)
    {
        var sweep = experiment.HypertuneParams;
        var space = new JsonObject(
            sweep
                .SearchSpace.EnumerateObject()
                .OrderBy(key => key.Name, StringComparer.Ordinal)
                .Select(key =>
                    KeyValuePair.Create(SweepPlan.ParameterOf(key.Name), WithTextsForTruth(JsonNode.Parse(key.Value.GetRawText())))
                )
        );
        return new(
            sweep.Metric,
            sweep.Goal,
            sweep.Sampling,
            sweep.Sampling is "random" or "sobol" ? experiment.RunParams.Seed : null,
            space,
            sweep.MaxTrials,
            sweep.MaxConcurrent,
            TimeSpan.FromMinutes(experiment.RunParams.TimeoutMinutes),
            sweep.EarlyTermination == "none"
                ? null
                : new(
                    sweep.EarlyTermination,
                    sweep.EvaluationInterval,
                    sweep.DelayEvaluation,
                    sweep.EarlyTermination == "bandit" ? sweep.SlackFactor : null,
                    sweep.EarlyTermination == "truncation" ? sweep.TruncationPercentage : null
                )
        );
    }

    /// <summary>Returns the time after which the service cancels the sweep: that of its trials, one group after another.</summary>
    public static TimeSpan Timeout(Experiment experiment)
    {
        var sweep = experiment.HypertuneParams;
        var groups = (sweep.MaxTrials + sweep.MaxConcurrent - 1) / sweep.MaxConcurrent;
        var whole = TimeSpan.FromMinutes(experiment.RunParams.TimeoutMinutes) * groups;
        return whole < LongestJob ? whole : LongestJob;
    }

    /// <summary>Returns the arguments that give a trial its values. A trial by itself trains once.</summary>
    public static string Arguments(Experiment experiment) =>
        " --set HYPERTUNE=false"
        + string.Concat(
            experiment
                .HypertuneParams.SearchSpace.EnumerateObject()
                .Select(key => key.Name)
                .Order(StringComparer.Ordinal)
                .Select(key => $" --set {key}=${{{{search_space.{SweepPlan.ParameterOf(key)}}}}}")
        );

    // The service writes true as Python does, which is no JSON.
    private static JsonNode? WithTextsForTruth(JsonNode? node) =>
        node switch
        {
            JsonArray items => new JsonArray([.. items.Select(WithTextsForTruth)]),
            JsonValue value when value.TryGetValue<bool>(out var truth) => JsonValue.Create(truth ? "true" : "false"),
            _ => node?.DeepClone(),
        };
}
