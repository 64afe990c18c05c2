using System.Text.Json.Nodes;

namespace Studio.Runs;

/// <summary>Describes a trial of a sweep.</summary>
/// <param name="Name">Name of the trial's job.</param>
/// <param name="State">State of the trial's job.</param>
/// <param name="Values">The value of each parameter.</param>
/// <param name="Metric">The last value of the sweep's metric; null before the first one.</param>
/// <param name="Started">Time of the start; null before it.</param>
/// <param name="Ended">Time of the end; null before it.</param>
public sealed record TrialFacts(
    string Name,
    string State,
    JsonObject Values,
    double? Metric,
    DateTimeOffset? Started,
    DateTimeOffset? Ended
)
{
    /// <summary>Gets the value that is compared; null for none, no finite number, and -1: there was nothing to measure.</summary>
    internal double? Measured => Metric is { } value && double.IsFinite(value) && value is not -1 ? value : null;

    /// <summary>Gets whether the early termination policy ended the trial.</summary>
    public bool IsEndedEarly { get; init; }

    /// <summary>Gets the duration in seconds where start and end are unknown; null when it is unknown too.</summary>
    public double? Seconds { get; init; }

    /// <summary>Gets whether the store has the trial's job.</summary>
    public bool IsInStore { get; init; } = true;
}
