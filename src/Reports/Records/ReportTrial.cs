namespace Reports.Records;

/// <summary>A trial of a sweep.</summary>
/// <param name="Name">Name of its run.</param>
/// <param name="State">Its state by the service's name, such as Completed, or <c>ended early</c>.</param>
/// <param name="Parameters">The value of each parameter, as JSON writes it.</param>
/// <param name="Metric">The last value of the sweep's metric; null when it has none, or one that is no finite number.</param>
/// <param name="Seconds">Duration of its command in seconds; null when it is unknown.</param>
public sealed record ReportTrial(
    string Name,
    string State,
    IReadOnlyDictionary<string, string> Parameters,
    double? Metric,
    double? Seconds
);
