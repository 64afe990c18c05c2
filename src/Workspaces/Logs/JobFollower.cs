using System.Runtime.CompilerServices;
using Azure;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Logs;

/// <summary>Follows a job: yields its status changes and the lines of its logs as they appear.</summary>
/// <param name="workspace">The job's workspace.</param>
/// <param name="settings">Pace and patience; null: the defaults.</param>
/// <param name="timeProvider">Clock and timers; null: the system's.</param>
public sealed class JobFollower(WorkspaceClient workspace, FollowSettings? settings = null, TimeProvider? timeProvider = null)
{
    // How soon the end of an emulator's process is noticed.
    private static readonly TimeSpan LongestPauseOfEmulator = TimeSpan.FromSeconds(1);

    // One read after the end may still meet a log whose last block is being written. Two in a row without anything new do not.
    private const int QuietReadsAfterEnd = 2;

    private readonly FollowSettings settings = (settings ?? new FollowSettings()).Validated();
    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;

    /// <summary>Follows a job until it ends, from the start of its logs.</summary>
    /// <param name="jobName">Job name.</param>
    /// <param name="cancellationToken">Stops following; the job itself keeps running.</param>
    /// <returns>Every status seen and every line of <c>user_logs/std_log*.txt</c> once, each log in its own order. The last event is the
    /// final status, after the last line of every log.</returns>
    /// <exception cref="WorkspaceException">The job does not exist, or the service did not respond for
    /// <see cref="FollowSettings.Patience"/>.</exception>
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
            var (happened, hasMore) = (false, false);
            if (reported is null || (!reported.Status.IsTerminal() && reported.StatusWord != details.StatusWord))
            {
                var isRequeued = reported is not null && reported.Status.LosesNode(details.Status);
                if (isRequeued)
                    logs.OnNodeLost();

                if (!details.Status.IsTerminal())
                    yield return new JobStatusChanged(details.Status, details.StatusWord) { SentBack = isRequeued };

                reported = details;
                happened = true;
            }

            logs.Update(details.LogFiles.Keys);
            var settled = true;
            foreach (var log in logs.All)
            {
                if (reported.Status.IsTerminal())
                    log.GiveUpAfter(settings.LogAttempts);

                LogStep step;
                do
                {
                    step = await log.ReadAsync(details.LogFiles, cancellationToken);
                    happened |= step.HasNewBytes;
                    hasMore |= step.HasMore;
                    foreach (var line in log.TakeLines())
                        yield return new JobLogLine(log.File, line);
                } while (step.ReadAgain);

                settled &= log.IsSettled;
            }

            quietReads = reported.Status.IsTerminal() && settled && !happened ? quietReads + 1 : 0;
            if (quietReads == QuietReadsAfterEnd)
            {
                foreach (var log in logs.All)
                    await log.FinishAsync(details.LogFiles, cancellationToken);

                break;
            }

            await Task.Delay(hasMore ? TimeSpan.Zero : pace.Next(happened), time, cancellationToken);
        }

        foreach (var log in logs.All)
        {
            foreach (var line in log.TakeLines())
                yield return new JobLogLine(log.File, line);

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

    /// <summary>Reads the run's details, with retries while the service does not respond.</summary>
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
            catch (Exception error) when (ServiceErrors.IsTransient(error, cancellationToken) && workspace.FindEnd() is { } end)
            {
                throw new WorkspaceException(
                    $"Following job '{jobName}' ended, because {end}, and its jobs with it. Start it and submit the job again: "
                        + "the same command does both, and training resumes from the last checkpoint."
                );
            }
            catch (Exception error)
                when (ServiceErrors.IsTransient(error, cancellationToken) && time.GetElapsedTime(began) + backoff.Next <= settings.Patience)
            {
                await WaitAsync(backoff.Advance(), cancellationToken);
            }
            catch (Exception error) when (ServiceErrors.Describe(error, cancellationToken) is { } described)
            {
                throw ServiceErrors.IsTransient(error, cancellationToken)
                    ? new WorkspaceException(
                        $"Following job '{jobName}' ended after {settings.Patience.TotalSeconds:0} s without a response; the "
                            + $"job itself keeps running. {described.Message}",
                        described.Status,
                        described.ErrorCode
                    )
                    : described;
            }
        }
    }

    /// <summary>Waits, for an emulator only until its process has ended.</summary>
    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        while (pause > TimeSpan.Zero && workspace.FindEnd() is null)
        {
            var step = pause < LongestPauseOfEmulator ? pause : LongestPauseOfEmulator;
            await Task.Delay(step, time, cancellationToken);
            pause -= step;
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
            // Run history knows a new job slightly later than ARM.
            var job = (await workspace.Resource.GetMachineLearningJobAsync(jobName, cancellationToken)).Value;
            return new RunDetails(job.Data.Properties.Status?.ToString() ?? "", null, null, NoTexts, NoTexts, null);
        }
    }

    private static readonly Dictionary<string, string> NoTexts = [];
}
