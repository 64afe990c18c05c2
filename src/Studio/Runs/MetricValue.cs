namespace Studio.Runs;

/// <summary>Represents one value of a metric, which may be NaN or infinite.</summary>
public sealed record MetricValue(string Name, double Value, long Step);
