using System.Runtime.CompilerServices;
using Azure;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Logs;

/// <summary>Follows a job: its status changes and the lines of its logs, as they appear.</summary>
/// <param name="workspace">The job's workspace.</param>
/// <param name="settings">Pace and patience; the defaults when null.</param>
/// <param name="timeProvider">Clock and timers; the system's when null.</param>
public sealed class JobFollower(WorkspaceClient workspace, FollowSettings? settings = null, TimeProvider? timeProvider = null)
{
    // One read after the end could still meet a log whose last block is being written; two in a row that find nothing new do not.
    private const int QuietReadsAfterEnd = 2;

    private readonly FollowSettings settings = (settings ?? new FollowSettings()).Validated();
    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;

    /// <summary>Follows a job until it ends, from the start of its logs.</summary>
    /// <param name="jobName">Job name.</param>
    /// <param name="cancellationToken">Stops following; the job itself goes on.</param>
    /// <returns>Every status seen and every line of <c>user_logs/std_log*.txt</c>, once, each log in its own order. The last event is the terminal status,
    /// after the last line of every log.</returns>
    /// <exception cref="WorkspaceException">No such job, or the service gave no answer for <see cref="FollowSettings.Patience"/>.</exception>
    public async IAsyncEnumerable<JobEvent> FollowAsync(
        string jobName,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        var pace = new FollowPace(settings, time);
        var logs = new JobLogs(workspace.Logs);
        var reported = (RunDetails?)null;
        var quietReads = 0;

        while (true)
        {
            var details = await ReadDetailsAsync(jobName, cancellationToken);
            var (happened, hurry) = (false, false);
            if (reported is null || (!reported.Status.IsTerminal() && reported.StatusWord != details.StatusWord))
            {
                var isSentBack = reported is not null && IsSentBack(reported.Status, details.Status);
                if (isSentBack)
                {
                    logs.LoseNode();
                }

                if (!details.Status.IsTerminal())
                {
                    yield return new JobStatusChanged(details.Status, details.StatusWord) { SentBack = isSentBack };
                }

                reported = details;
                happened = true;
            }

            logs.Learn(details.LogFiles.Keys);
            var settled = true;
            foreach (var log in logs.All)
            {
                if (reported.Status.IsTerminal())
                {
                    log.GiveUpAfter(settings.LogAttempts);
                }

                LogStep step;
                do
                {
                    step = await log.ReadAsync(details.LogFiles, cancellationToken);
                    happened |= step.News;
                    hurry |= step.Hurry;
                    foreach (var line in log.TakeLines())
                    {
                        yield return new JobLogLine(log.File, line);
                    }
                } while (step.Again);

                settled &= log.IsSettled;
            }

            quietReads = reported.Status.IsTerminal() && settled && !happened ? quietReads + 1 : 0;
            if (quietReads == QuietReadsAfterEnd)
            {
                foreach (var log in logs.All)
                {
                    await log.FinishAsync(details.LogFiles, cancellationToken);
                }

                break;
            }

            await Task.Delay(hurry ? TimeSpan.Zero : pace.Next(happened), time, cancellationToken);
        }

        foreach (var log in logs.All)
        {
            foreach (var line in log.TakeLines())
            {
                yield return new JobLogLine(log.File, line);
            }

            foreach (var (file, fault) in log.Unread)
            {
                yield return new JobLogUnavailable(
                    file,
                    ServiceErrors.Describe(fault, cancellationToken)?.Message ?? Secrets.Scrub(fault.Message)
                );
            }
        }

        yield return new JobStatusChanged(reported.Status, reported.StatusWord);
    }

    // Azure ML takes a job off a lost node and lets it wait for another, under the same name.
    private static bool IsSentBack(JobStatus from, JobStatus to) =>
        from is JobStatus.Running or JobStatus.Finalizing or JobStatus.NotResponding
        && to is JobStatus.NotStarted or JobStatus.Starting or JobStatus.Provisioning or JobStatus.Preparing or JobStatus.Queued;

    /// <summary>Reads the run's details, again and again while the service does not answer.</summary>
    private async Task<RunDetails> ReadDetailsAsync(string jobName, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var backoff = new Backoff(settings.ShortestInterval, settings.Patience / 4);
        while (true)
        {
            try
            {
                return await ReadDetailsOnceAsync(jobName, cancellationToken);
            }
            catch (Exception error)
                when (ServiceErrors.IsTransient(error, cancellationToken) && time.GetElapsedTime(began) + backoff.Next <= settings.Patience)
            {
                await Task.Delay(backoff.Advance(), time, cancellationToken);
            }
            catch (Exception error) when (ServiceErrors.Describe(error, cancellationToken) is { } described)
            {
                throw ServiceErrors.IsTransient(error, cancellationToken)
                    ? new WorkspaceException(
                        $"Following job '{jobName}' ended after {settings.Patience.TotalSeconds:0} s without an answer; the job itself goes on. {described.Message}",
                        described.Status,
                        described.ErrorCode
                    )
                    : described;
            }
        }
    }

    private async Task<RunDetails> ReadDetailsOnceAsync(string jobName, CancellationToken cancellationToken)
    {
        try
        {
            return await workspace.RunHistory.GetDetailsAsync(jobName, cancellationToken);
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            // Run history learns of a new job a moment after ARM does.
            var job = (await workspace.Resource.GetMachineLearningJobAsync(jobName, cancellationToken)).Value;
            return new RunDetails(job.Data.Properties.Status?.ToString() ?? "", null, null, NoTexts, NoTexts, null);
        }
    }

    private static readonly Dictionary<string, string> NoTexts = [];
}
