using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>The values that a job logged through MLflow.</summary>
/// <param name="Metrics">Last value of each metric by its name; may be NaN or infinite.</param>
public sealed record JobMetricValues(IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Gets the highest step that a metric was logged at, and when; null when no metric was logged.</summary>
    public (long Step, DateTimeOffset Time)? LastStep { get; init; }
}

/// <summary>Reads the metrics of a job.</summary>
public sealed class JobMetrics(WorkspaceClient workspace)
{
    /// <summary>Reads the last value of each metric by one request; none while a job waits for a node and has no MLflow run.</summary>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public async Task<JobMetricValues> ReadAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        try
        {
            var (metrics, lastStep) = await ServiceErrors.GuardAsync(
                () => workspace.Tracking.GetMetricsAsync(jobName, cancellationToken),
                cancellationToken
            );
            return new JobMetricValues(metrics) { LastStep = lastStep };
        }
        catch (WorkspaceException error) when (error.Status == 404)
        {
            return new JobMetricValues(new Dictionary<string, double>(StringComparer.Ordinal));
        }
    }
}
