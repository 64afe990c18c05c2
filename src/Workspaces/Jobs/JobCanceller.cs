using Azure;
using Azure.ResourceManager.MachineLearning;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Jobs;

/// <summary>Cancels a job and waits until it ends.</summary>
/// <param name="workspace">The job's workspace.</param>
/// <param name="timeProvider">Clock and timers; null: the system's.</param>
public sealed class JobCanceller(WorkspaceClient workspace, TimeProvider? timeProvider = null)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // A node may take some minutes to end its processes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;

    /// <summary>Cancels a job. A job that has already ended is unchanged.</summary>
    /// <returns>The terminal status: Canceled, or the status with which the job ended before the cancellation reached it.</returns>
    /// <exception cref="WorkspaceException">404: the job does not exist; the service refused or did not respond; or the job has not ended
    /// after 15 minutes.</exception>
    public Task<JobStatus> CancelAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        return ServiceErrors.GuardAsync(() => CancelOnceAsync(jobName, cancellationToken), cancellationToken);
    }

    private async Task<JobStatus> CancelOnceAsync(string jobName, CancellationToken cancellationToken)
    {
        var job = (await workspace.Resource.GetMachineLearningJobAsync(jobName, cancellationToken)).Value;
        var status = StatusOf(job);
        if (status.IsTerminal())
            return status;

        await RequestAsync(job, cancellationToken);
        var began = time.GetTimestamp();
        var backoff = new Backoff(ShortestPause, LongestPause);
        while (!(status = StatusOf(job = (await job.GetAsync(cancellationToken)).Value)).IsTerminal())
        {
            if (time.GetElapsedTime(began) >= Patience)
            {
                throw new WorkspaceException(
                    $"Job '{jobName}' is {job.Data.Properties.Status} {Patience.TotalMinutes:0} min after it was cancelled; it "
                        + "must end by then. The service accepted the cancellation and is still ending the job: `dotnet cake "
                        + $"--target=Follow --job={jobName}` shows when it has."
                );
            }

            await Task.Delay(backoff.Advance(), time, cancellationToken);
        }

        return status;
    }

    private static async Task RequestAsync(MachineLearningJobResource job, CancellationToken cancellationToken)
    {
        try
        {
            // Not WaitUntil.Completed: the operation requires at least ten seconds between polls, while the job itself can be read at any
            // time.
            await job.CancelAsync(WaitUntil.Started, cancellationToken);
        }
        catch (RequestFailedException error) when (error.Status is 400 or 409)
        {
            // A job that has just ended cannot be cancelled.
            if (!StatusOf((await job.GetAsync(cancellationToken)).Value).IsTerminal())
                throw;
        }
    }

    private static JobStatus StatusOf(MachineLearningJobResource job) => JobStatuses.Parse(job.Data.Properties.Status?.ToString());
}
