using Workspaces.DataPlane;

namespace Build.Sessions.Jobs.Outcomes;

/// <summary>How a trial of a sweep ended.</summary>
/// <param name="Name">The name of its run.</param>
/// <param name="Status">Completed, Failed or Canceled.</param>
/// <param name="IsEndedEarly">Whether the policy ended it.</param>
/// <param name="Values">The value of each key of the search space.</param>
/// <param name="Metric">The last value of the sweep's metric; null when it logged none, or one that is no finite number.</param>
/// <param name="Seconds">How long its command ran; null when it never started.</param>
/// <param name="Reason">Why it failed; null when it did not.</param>
public sealed record TrialOutcome(
    string Name,
    JobStatus Status,
    bool IsEndedEarly,
    IReadOnlyDictionary<string, string> Values,
    double? Metric,
    double? Seconds,
    string? Reason
);
