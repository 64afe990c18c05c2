using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Planning;
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
    private const int MostListed = 1000;

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

    /// <summary>Reads the experiment and the web page of a job.</summary>
    /// <returns>Null when the job does not exist.</returns>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<(string Experiment, string? StudioUrl)?> FindAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        return ServiceErrors.GuardAsync<(string, string?)?>(
            async () =>
                await Lookup.GetOrNullAsync(() => workspace.Resource.GetMachineLearningJobAsync(jobName, cancellationToken)) is { } job
                    ? (job.Data.Properties.ExperimentName ?? "Default", SubmittedJob.StudioUrlOf(job.Data.Properties))
                    : null,
            cancellationToken
        );
    }

    /// <summary>Finds the newest completed job of an experiment that was submitted from a branch without uncommitted changes.</summary>
    /// <remarks>The service lists the newest job first. Jobs beyond the newest thousand are not considered.</remarks>
    /// <param name="experiment">Experiment of the job.</param>
    /// <param name="branch">Name of the branch, without <c>refs/heads/</c>.</param>
    /// <param name="otherThan">A job to exclude.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The job's name; null when no job fits.</returns>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<string?> FindNewestCompletedAsync(
        string experiment,
        string branch,
        string otherThan,
        CancellationToken cancellationToken
    ) =>
        ServiceErrors.GuardAsync(
            async () =>
            {
                var seen = 0;
                await foreach (var job in workspace.Resource.GetMachineLearningJobs().GetAllAsync(cancellationToken: cancellationToken))
                {
                    if (++seen > MostListed)
                        return null;
                    var properties = job.Data.Properties;
                    if (
                        properties is MachineLearningCommandJob // A sweep has no artifacts of its own.
                        && properties.ExperimentName == experiment
                        && job.Id.Name != otherThan
                        && JobStatuses.Parse(properties.Status?.ToString()) == JobStatus.Completed
                        && JobMetadata.IsFromBranch(properties.Properties, branch)
                    )
                    {
                        return job.Id.Name;
                    }
                }

                return null;
            },
            cancellationToken
        );
}
