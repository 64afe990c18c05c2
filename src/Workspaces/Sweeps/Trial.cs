using Workspaces.DataPlane;

namespace Workspaces.Sweeps;

/// <summary>A trial of a sweep.</summary>
/// <param name="Name">Name of its run.</param>
/// <param name="Status">Its status.</param>
/// <param name="Values">The value of each key of the search space, as JSON writes it.</param>
/// <param name="Metric">The last value of the metric; null while it has none.</param>
/// <param name="Step">The highest step that it logged; 0 before the first one.</param>
/// <param name="IsEndedEarly">Whether the policy ended it.</param>
/// <param name="Reason">Why it failed; null when it did not.</param>
/// <param name="Started">Start of its command; null when it has not started.</param>
/// <param name="Ended">Its end; null when it has not ended.</param>
public sealed record Trial(
    string Name,
    JobStatus Status,
    IReadOnlyDictionary<string, string> Values,
    double? Metric,
    long Step,
    bool IsEndedEarly,
    string? Reason,
    DateTimeOffset? Started,
    DateTimeOffset? Ended
)
{
    /// <summary>Gets the value that is compared; null for none, no finite number, and -1: there was nothing to measure.</summary>
    public double? Measured => Metric is { } value && double.IsFinite(value) && value is not -1 ? value : null;
}
