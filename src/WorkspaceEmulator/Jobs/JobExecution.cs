using System.Diagnostics.CodeAnalysis;
using System.Xml;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Runs;

namespace WorkspaceEmulator.Jobs;

/// <summary>Why a job was ended before its command was done.</summary>
internal enum StopReason
{
    Canceled,
    TimedOut,
    EmulatorStopping,
}

/// <summary>Takes one job from Preparing to its end; how its command runs is the runner's.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without a timer holds nothing, and Stop may come after the job has ended.")]
internal sealed class JobExecution(Run run, IJobRunner runner, AccessTokens tokens, TimeProvider time) : IJobProgress
{
    private const string EmulatorStopped =
        "The emulator stopped while the job ran. Submitting the job again makes a new attempt, which resumes from its checkpoints.";

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<StopReason> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;

    public Run Run => run;

    /// <summary>Asks the job to end; the first reason counts.</summary>
    public void Stop(StopReason reason)
    {
        if (_reason.TrySetResult(reason))
            _stopping.Cancel();
    }

    public async Task RunAsync()
    {
        run.TryMoveTo(RunStatus.Preparing);
        foreach (var folder in new[] { "outputs", "logs" })
            Directory.CreateDirectory(Path.Combine(run.WorkingFolder, folder));
        Directory.CreateDirectory(Path.GetDirectoryName(run.UserLog)!);
        await File.AppendAllTextAsync(run.UserLog, "");

        var (mounts, fault) = await JobMounts.ResolveAsync(run, _stopping.Token);
        if (mounts is null)
        {
            if (_stopping.IsCancellationRequested)
                EndAs(_reason.Task.Result);
            run.TryMoveTo(RunStatus.Failed, "UserError", fault);
            return;
        }

        var token = tokens.IssueRunToken(run.Key);
        try
        {
            var end = await runner.RunAsync(new(run, mounts, token, time.GetUtcNow() + TimeSpan.FromDays(30)), this, _stopping.Token);
            EndAs(end);
        }
        finally
        {
            tokens.RevokeRunToken(token);
            if (_timer is not null)
                await _timer.DisposeAsync();
        }
    }

    void IJobProgress.Started()
    {
        run.TryMoveTo(RunStatus.Running);
        if (JobRequest.Timeout(run.Document.Definition!) is { } limit)
            _timer = time.CreateTimer(_ => Stop(StopReason.TimedOut), null, limit, Timeout.InfiniteTimeSpan);
    }

    void IJobProgress.Ended() => run.TryMoveTo(RunStatus.Finalizing);

    private void EndAs(CommandEnd end)
    {
        if (end.WasStopped)
            EndAs(_reason.Task.Result);
        else if (run.Status == RunStatus.CancelRequested)
            EndAs(StopReason.Canceled);
        else if (end.Failure is { } failure)
            run.TryMoveTo(RunStatus.Failed, end.Code, failure);
        else
            run.TryMoveTo(RunStatus.Completed);
    }

    private void EndAs(StopReason reason)
    {
        switch (reason)
        {
            case StopReason.Canceled:
                run.TryMoveTo(RunStatus.Canceled);
                break;
            case StopReason.TimedOut:
                var limit = XmlConvert.ToString(JobRequest.Timeout(run.Document.Definition!)!.Value);
                run.TryMoveTo(RunStatus.Failed, "UserError", $"The job ran longer than its limit of {limit} (limits.timeout) and was ended.");
                break;
            default:
                run.TryMoveTo(RunStatus.Failed, "EmulatorStopped", EmulatorStopped);
                break;
        }
    }
}
