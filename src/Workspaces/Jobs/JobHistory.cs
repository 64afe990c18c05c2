using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>Status and times of a job.</summary>
/// <param name="Name">Job name.</param>
/// <param name="Status">Current status.</param>
/// <param name="Started">Start of its command; null when it has not started.</param>
/// <param name="Ended">End of the job; null when it has not ended.</param>
/// <param name="FailureReason">Reason of the failure by the service; null when the job did not fail or the service gave none.</param>
/// <param name="Tags">Tags of the job.</param>
public sealed record JobDetails(
    string Name,
    JobStatus Status,
    DateTimeOffset? Started,
    DateTimeOffset? Ended,
    string? FailureReason,
    IReadOnlyDictionary<string, string> Tags
);

/// <summary>Reads the history of a job.</summary>
public sealed class JobHistory(WorkspaceClient workspace)
{
    /// <summary>Reads status, times and tags of a job.</summary>
    /// <exception cref="WorkspaceException">404: the job does not exist; or the service refused or did not respond.</exception>
    public async Task<JobDetails> ReadAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        var details = await ServiceErrors.GuardAsync(
            () => workspace.RunHistory.GetDetailsAsync(jobName, cancellationToken),
            cancellationToken
        );
        return new JobDetails(jobName, details.Status, details.Started, details.Ended, details.Error, details.Tags);
    }

    /// <summary>Reads the experiment of a job.</summary>
    /// <exception cref="WorkspaceException">404: the job does not exist; or the service refused or did not respond.</exception>
    public async Task<string> ReadExperimentNameAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        var job = await ServiceErrors.GuardAsync(
            () => workspace.Resource.GetMachineLearningJobAsync(jobName, cancellationToken),
            cancellationToken
        );
        return job.Value.Data.Properties.ExperimentName ?? "Default";
    }
}
