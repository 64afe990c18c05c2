namespace CodeHosts.Verdicts;

/// <summary>A metric of the report.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null when the job has none.</param>
/// <param name="Baseline">Its value in the baseline; null when it has none.</param>
/// <param name="Word">better, worse or notDistinguishable; null when the runs cannot be paired.</param>
public sealed record ReportedMetric(string Name, double? Value, double? Baseline, string? Word);
