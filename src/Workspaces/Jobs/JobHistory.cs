using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>What became of a job.</summary>
/// <param name="Name">Job name.</param>
/// <param name="Status">Status now.</param>
/// <param name="Started">When its command began; null when it has not.</param>
/// <param name="Ended">When it ended; null while it has not.</param>
/// <param name="FailureReason">The service's own words on why it failed; null when it did not, or none were given.</param>
/// <param name="Tags">Tags of the job.</param>
public sealed record JobDetails(
    string Name,
    JobStatus Status,
    DateTimeOffset? Started,
    DateTimeOffset? Ended,
    string? FailureReason,
    IReadOnlyDictionary<string, string> Tags
);

/// <summary>Reads what run history knows of a job.</summary>
public sealed class JobHistory(WorkspaceClient workspace)
{
    /// <exception cref="WorkspaceException">404: no such job; or the service refused or did not answer.</exception>
    public async Task<JobDetails> ReadAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        var details = await ServiceErrors.GuardAsync(
            () => workspace.RunHistory.GetDetailsAsync(jobName, cancellationToken),
            cancellationToken
        );
        return new JobDetails(jobName, details.Status, details.Started, details.Ended, details.Error, details.Tags);
    }

    /// <summary>The experiment a job is grouped under.</summary>
    /// <exception cref="WorkspaceException">404: no such job; or the service refused or did not answer.</exception>
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
