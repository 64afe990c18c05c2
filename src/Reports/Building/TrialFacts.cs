using System.Globalization;

namespace Reports.Building;

/// <summary>A trial of a sweep. Names and values are text from outside.</summary>
/// <param name="Name">Name of the trial's run.</param>
/// <param name="State">Its state by the service's name, such as Completed, or <c>ended early</c>.</param>
/// <param name="Values">The value of each parameter, as JSON writes it.</param>
/// <param name="Metric">The last value of the sweep's metric; null when it has none, or one that is no finite number.</param>
/// <param name="Seconds">Duration of its command in seconds; null when it is unknown.</param>
public sealed record TrialFacts(string Name, string State, IReadOnlyDictionary<string, string> Values, double? Metric, double? Seconds)
{
    /// <summary>The state of a trial that the early termination policy ended.</summary>
    public const string EndedEarly = "ended early";

    /// <summary>Gets whether the policy ended the trial.</summary>
    internal bool IsEndedEarly => State == EndedEarly;

    /// <summary>Returns the value of a parameter as a finite number; null when it is no number, or is missing.</summary>
    internal double? Number(string parameter) =>
        Values.TryGetValue(parameter, out var text)
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : null;
}
