using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>What a job logged through MLflow.</summary>
/// <param name="Metrics">Last value of each metric.</param>
/// <param name="History">Every value of each metric, by step.</param>
/// <param name="Tags">Tags of the run; the service's own are among them.</param>
public sealed record JobMetricValues(
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>> History,
    IReadOnlyDictionary<string, string> Tags
);

/// <summary>Reads the metrics and tags of a job.</summary>
public sealed class JobMetrics(WorkspaceClient workspace)
{
    private const int ConcurrentReads = 4;

    /// <exception cref="WorkspaceException">No such job, or the service refused or did not answer.</exception>
    public Task<JobMetricValues> ReadAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        return ServiceErrors.GuardAsync(() => ReadAllAsync(jobName, cancellationToken), cancellationToken);
    }

    private async Task<JobMetricValues> ReadAllAsync(string jobName, CancellationToken cancellationToken)
    {
        var run = await workspace.Tracking.GetRunAsync(jobName, cancellationToken);
        var names = run.Metrics.Keys.ToArray();
        var histories = new IReadOnlyList<MetricPoint>[names.Length];
        await Parallel.ForAsync(
            0,
            names.Length,
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentReads, CancellationToken = cancellationToken },
            async (index, stop) => histories[index] = await workspace.Tracking.GetHistoryAsync(jobName, names[index], stop)
        );

        var history = names.Zip(histories).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return new JobMetricValues(run.Metrics, history, run.Tags);
    }
}
