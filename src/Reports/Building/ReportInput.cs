using Reports.Reading;
using Reports.Records;

namespace Reports.Building;

/// <summary>The input of a report.</summary>
/// <param name="Run">The run.</param>
public sealed record ReportInput(RunFacts Run)
{
    /// <summary>Gets the run with which it is compared; null without one.</summary>
    public RunFacts? Baseline { get; init; }

    /// <summary>Gets the source of the baseline.</summary>
    public BaselineSource Source { get; init; }

    /// <summary>Gets the reason why there is no baseline.</summary>
    public string? NoBaselineReason { get; init; }

    /// <summary>Gets the comparison with the baseline; null while the run has not completed, and without a baseline.</summary>
    public Comparison? Comparison { get; init; }

    /// <summary>Gets the cost of the run; null when no price is known.</summary>
    public ReportCost? Cost { get; init; }

    /// <summary>Gets the reason why the cost is unknown.</summary>
    public string? NoCostReason { get; init; }

    /// <summary>Gets the run's artifacts folder relative to the repository, with forward slashes.</summary>
    public string ArtifactsPath { get; init; } = "";

    /// <summary>Gets the highest step that the workspace knows of, and when it was logged.</summary>
    public (long Step, DateTimeOffset Time)? LoggedStep { get; init; }
}
