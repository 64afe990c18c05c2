namespace Reports.Records;

/// <summary>The 95 % interval of one metric.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end, at least <paramref name="Low"/>.</param>
public sealed record MetricInterval(double Low, double High);
