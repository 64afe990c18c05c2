using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Azure;

namespace Workspaces;

/// <summary>Follows a job: its status changes and the lines of its logs, as they appear.</summary>
/// <param name="workspace">The job's workspace.</param>
/// <param name="settings">Pace and patience; the defaults when null.</param>
/// <param name="timeProvider">Clock and timers; the system's when null.</param>
public sealed partial class JobFollower(WorkspaceClient workspace, FollowSettings? settings = null, TimeProvider? timeProvider = null)
{
    // One read after the end could still meet a log whose last block is being written; two in a row that find nothing new do not.
    private const int QuietReadsAfterEnd = 2;

    private readonly FollowSettings settings = settings ?? new FollowSettings();
    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;

    /// <summary>Follows a job until it ends, from the start of its logs.</summary>
    /// <param name="jobName">Job name.</param>
    /// <param name="cancellationToken">Stops following; the job itself goes on.</param>
    /// <returns>Every status seen and every line of <c>user_logs/std_log*.txt</c>, once, each log in its own order. The last event is the terminal status,
    /// after the last line of every log.</returns>
    /// <exception cref="WorkspaceException">No such job, or the service gave no answer for <see cref="FollowSettings.Patience"/>.</exception>
    public async IAsyncEnumerable<JobEvent> FollowAsync(string jobName, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        var pace = new FollowPace(settings, time);
        var tails = new SortedDictionary<string, LogTail>(StringComparer.Ordinal);
        var reported = (JobStatus?)null;
        var ended = false;
        var quietReads = 0;

        while (true)
        {
            var details = await ReadDetailsAsync(jobName, cancellationToken);
            var happened = false;
            if (!ended && details.Status != reported)
            {
                ended = details.Status.IsTerminal();
                reported = details.Status;
                happened = true;
                if (!ended)
                {
                    yield return new JobStatusChanged(details.Status);
                }
            }

            AddNewTails(tails, details);
            var settled = true;
            foreach (var tail in tails.Values)
            {
                if (!details.LogFiles.TryGetValue(tail.File, out var url))
                {
                    continue;
                }

                var before = tail.Offset;
                bool more;
                do
                {
                    more = await tail.ReadAsync(new Uri(url), cancellationToken);
                    foreach (var line in tail.TakeLines())
                    {
                        yield return new JobLogLine(tail.File, line);
                    }
                }
                while (more);

                happened |= tail.Offset != before;
                settled &= tail.LastFault is null || tail.Faults >= settings.LogAttempts;
            }

            quietReads = ended && settled && !happened ? quietReads + 1 : 0;
            if (quietReads == QuietReadsAfterEnd)
            {
                break;
            }

            await Task.Delay(pace.Next(happened), time, cancellationToken);
        }

        foreach (var tail in tails.Values)
        {
            tail.Finish();
            foreach (var line in tail.TakeLines())
            {
                yield return new JobLogLine(tail.File, line);
            }

            if (tail.LastFault is { } fault)
            {
                yield return new JobLogUnavailable(tail.File, ServiceErrors.Describe(fault, cancellationToken)?.Message ?? Secrets.Scrub(fault.Message));
            }
        }

        yield return new JobStatusChanged(reported!.Value);
    }

    private void AddNewTails(SortedDictionary<string, LogTail> tails, RunDetails details)
    {
        foreach (var file in details.LogFiles.Keys.Where(file => UserLog().IsMatch(file) && !tails.ContainsKey(file)).ToArray())
        {
            tails.Add(file, new LogTail(file, workspace.Logs));
        }
    }

    /// <summary>Reads the run's details, again and again while the service does not answer.</summary>
    private async Task<RunDetails> ReadDetailsAsync(string jobName, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var pause = settings.ShortestInterval;
        while (true)
        {
            try
            {
                return await ReadDetailsOnceAsync(jobName, cancellationToken);
            }
            catch (Exception error) when (ServiceErrors.IsTransient(error, cancellationToken) && time.GetElapsedTime(began) + pause <= settings.Patience)
            {
                await Task.Delay(pause, time, cancellationToken);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, settings.Patience.Ticks / 4));
            }
            catch (Exception error) when (ServiceErrors.Describe(error, cancellationToken) is { } described)
            {
                throw ServiceErrors.IsTransient(error, cancellationToken)
                    ? new WorkspaceException($"Following job '{jobName}' ended after {settings.Patience.TotalSeconds:0} s without an answer; the job itself goes on. {described.Message}", described.Status, described.ErrorCode)
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
            return new RunDetails(JobStatuses.Parse(job.Data.Properties.Status?.ToString()), null, null, NoTexts, NoTexts, null);
        }
    }

    private static readonly Dictionary<string, string> NoTexts = [];

    [GeneratedRegex(@"^user_logs/std_log.*\.txt$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserLog();
}
