namespace Workspaces.DataPlane;

/// <summary>One logged value of a metric.</summary>
/// <param name="Step">Optimizer step it was logged at, from 0.</param>
/// <param name="Value">May be NaN or infinite.</param>
/// <param name="Time">When it was logged.</param>
public sealed record MetricPoint(long Step, double Value, DateTimeOffset Time);
