using System.Text.Json.Serialization;

namespace Reports.Records;

/// <summary>A metric of the run and of the baseline.</summary>
/// <param name="Name">Name as in docs/metrics.md, such as <c>eval_mAP</c>.</param>
/// <param name="Value">The run's value; null when there is nothing to measure.</param>
/// <param name="Baseline">The baseline's value; null without one.</param>
/// <param name="Difference">Value minus baseline; null when the runs are not paired.</param>
/// <param name="Low">Lower end of the 95 % interval of the difference; null where none was computed.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="Word">Word for the interval; null without one.</param>
public sealed record ReportMetric(string Name, double? Value, double? Baseline, double? Difference, double? Low, double? High, Word? Word)
{
    /// <summary>The 95 % interval of the value over resamples of the test images; null where the trainer computed none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MetricInterval? Interval { get; init; }
}
