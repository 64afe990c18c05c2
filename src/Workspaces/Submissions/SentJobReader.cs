using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Submissions;

/// <summary>Reads what a job was submitted with.</summary>
/// <param name="workspace">The job's workspace.</param>
public sealed class SentJobReader(WorkspaceClient workspace)
{
    /// <summary>Reads a job.</summary>
    /// <exception cref="WorkspaceException">404: the job does not exist; or the service refused or did not respond.</exception>
    public Task<SentJob> ReadAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        return ServiceErrors.GuardAsync(
            async () => SentJob.Of((await workspace.Resource.GetMachineLearningJobAsync(jobName, cancellationToken)).Value),
            cancellationToken
        );
    }
}
