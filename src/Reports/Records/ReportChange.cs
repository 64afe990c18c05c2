namespace Reports.Records;

/// <summary>A difference between the run and the baseline in config, data, code or versions.</summary>
/// <param name="Path">Key path, such as <c>RUN_PARAMS.STEPS</c> or <c>dataset.hash</c>.</param>
/// <param name="Before">The baseline's value; null when it has none.</param>
/// <param name="After">The run's value; null when it has none.</param>
public sealed record ReportChange(string Path, string? Before, string? After);
