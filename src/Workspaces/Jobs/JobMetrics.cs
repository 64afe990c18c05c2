using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>The values that a job logged through MLflow.</summary>
/// <param name="Metrics">Last value of each metric by its name; may be NaN or infinite.</param>
public sealed record JobMetricValues(IReadOnlyDictionary<string, double> Metrics);

/// <summary>Reads the metrics of a job.</summary>
public sealed class JobMetrics(WorkspaceClient workspace)
{
    /// <summary>Reads the last value of each metric, by one request.</summary>
    /// <exception cref="WorkspaceException">The job does not exist, or the service refused or did not respond.</exception>
    public async Task<JobMetricValues> ReadAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        return new JobMetricValues(
            await ServiceErrors.GuardAsync(() => workspace.Tracking.GetMetricsAsync(jobName, cancellationToken), cancellationToken)
        );
    }
}
