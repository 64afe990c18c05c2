namespace Experiments.Plans.Jobs;

/// <summary>How trials that fall behind are ended.</summary>
/// <param name="Policy">bandit, median or truncation.</param>
/// <param name="Interval">Evaluations of a trial between two decisions.</param>
/// <param name="Delay">Evaluations of a trial before the first decision.</param>
/// <param name="SlackFactor">Permitted distance from the best trial, as a ratio; null for another policy than bandit.</param>
/// <param name="Percentage">Share of the trials that is ended, in percent; null for another policy than truncation.</param>
public sealed record TerminationPlan(string Policy, int Interval, int Delay, double? SlackFactor, int? Percentage);
