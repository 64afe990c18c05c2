namespace Experiments;

/// <summary>What a plan was made from on the command line, so that it can be made once more and compared.</summary>
/// <param name="ExperimentFile">The exp_config as it was named.</param>
/// <param name="Overrides">The overrides, in their order.</param>
/// <param name="Runtime">What <c>--runtime</c> asked for; null when it was not given.</param>
/// <param name="JobName">Name chosen for the job; null: the one that follows from the plan.</param>
/// <param name="Rerun">Whether a completed job is run anew.</param>
public sealed record PlanOrigin(string ExperimentFile, IReadOnlyList<string> Overrides, string? Runtime, string? JobName, bool Rerun);
