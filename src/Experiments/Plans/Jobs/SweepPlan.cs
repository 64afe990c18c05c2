using System.Text.Json.Nodes;

namespace Experiments.Plans.Jobs;

/// <summary>What makes a job a sweep: its trials run the job's command with values of a search space.</summary>
/// <param name="Metric">The metric by which trials are compared.</param>
/// <param name="Goal">Maximize or Minimize.</param>
/// <param name="Sampling">random, sobol, grid or bayesian.</param>
/// <param name="Seed">Seeds the sampling; null where it takes none.</param>
/// <param name="Space">Each parameter, by <see cref="ParameterOf"/>, with its distribution as Azure ML writes it.</param>
/// <param name="MaxTrials">Number of trials.</param>
/// <param name="MaxConcurrent">Trials at the same time.</param>
/// <param name="TrialTimeout">Time after which the service cancels a trial.</param>
/// <param name="Termination">Ends trials that fall behind; null when none is ended.</param>
public sealed record SweepPlan(
    string Metric,
    string Goal,
    string Sampling,
    int? Seed,
    JsonObject Space,
    int MaxTrials,
    int MaxConcurrent,
    TimeSpan TrialTimeout,
    TerminationPlan? Termination
)
{
    private const string Dot = "__";

    /// <summary>Returns the name of a key's parameter: the service takes no dots.</summary>
    public static string ParameterOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Replace(".", Dot, StringComparison.Ordinal);
    }

    /// <summary>Returns the key of a parameter.</summary>
    public static string KeyOf(string parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.Replace(Dot, ".", StringComparison.Ordinal);
    }
}
