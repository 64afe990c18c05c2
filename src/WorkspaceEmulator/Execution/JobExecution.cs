using System.Diagnostics.CodeAnalysis;
using System.Xml;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Execution;

/// <summary>Lists why a job can be ended before its command is done.</summary>
internal enum StopReason
{
    Canceled,
    TimedOut,
    EmulatorStopping,

    /// <summary>The job's node was taken away; the job waits for another one.</summary>
    Preempted,
}

/// <summary>Takes one attempt of a job from Preparing to its end, or back to the queue. A runner runs the command.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A cancellation source without a timer holds nothing, and Stop may come after the job has ended."
)]
internal sealed class JobExecution(
    Workspace workspace,
    Run run,
    IJobRunner runner,
    AccessTokens tokens,
    ActiveFaults faults,
    ExecutionSettings settings,
    TimeProvider time
) : IJobProgress
{
    private const string EmulatorStopped =
        "The emulator stopped while the job ran. Submitting the job again makes a new attempt, which resumes from its checkpoints.";

    private readonly AttemptFaults attemptFaults = new(faults, run.Name);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource<StopReason> stopReason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? deadlineTimer;

    /// <summary>Gets whether the attempt ended because its node was taken away.</summary>
    public bool IsPreempted => stopReason.Task is { IsCompletedSuccessfully: true, Result: StopReason.Preempted };

    TimeSpan IJobProgress.Grace => IsPreempted ? TimeSpan.Zero : settings.TerminationGrace;

    /// <summary>Fails a job that has reached its time limit.</summary>
    public static void FailForTimeout(Run run) =>
        run.TryMoveTo(
            RunStatus.Failed,
            "UserError",
            $"The job ran longer than its limit of {XmlConvert.ToString(run.Job!.Timeout!.Value)} (limits.timeout) and was ended."
        );

    /// <summary>Requests the end of the job. The first reason counts.</summary>
    public void Stop(StopReason reason)
    {
        if (stopReason.TrySetResult(reason))
            stopping.Cancel();
    }

    public async Task RunAsync()
    {
        run.TryMoveTo(RunStatus.Preparing);
        PrepareWorkingFolder();
        await using var log = new JobLog(run, attemptFaults, () => Stop(StopReason.Preempted));
        var (mounts, fault) = await JobMounts.ResolveAsync(workspace, run, stopping.Token);
        if (mounts is null)
        {
            if (stopping.IsCancellationRequested)
                EndAs(stopReason.Task.Result);
            run.TryMoveTo(RunStatus.Failed, "UserError", fault);
            return;
        }

        run.Metrics.Added = OnMetricsAdded;
        var token = tokens.IssueRunToken(run.Key);
        try
        {
            var end = await runner.RunAsync(
                new(workspace, run, mounts, log, token, time.GetUtcNow() + TimeSpan.FromDays(30)),
                this,
                stopping.Token
            );
            if (IsPreempted)
                log.Rotate();
            EndAs(end);
        }
        finally
        {
            run.Metrics.Added = null;
            tokens.RevokeRunToken(token);
            if (deadlineTimer is not null)
                await deadlineTimer.DisposeAsync();
        }
    }

    void IJobProgress.Started()
    {
        run.TryMoveTo(RunStatus.Running);
        if (run.Deadline is { } deadline)
        {
            var left = deadline - time.GetUtcNow();
            deadlineTimer = time.CreateTimer(
                _ => Stop(StopReason.TimedOut),
                null,
                left > TimeSpan.Zero ? left : TimeSpan.Zero,
                Timeout.InfiniteTimeSpan
            );
        }
    }

    void IJobProgress.Ended() => run.TryMoveTo(RunStatus.Finalizing);

    private void OnMetricsAdded(IReadOnlyList<MetricPoint> points)
    {
        if (points.Any(point => attemptFaults.IsPreemptedAtStep(point.Step)))
            Stop(StopReason.Preempted);
    }

    // Another node has nothing of an earlier attempt except the artifacts, which Azure ML keeps elsewhere.
    private void PrepareWorkingFolder()
    {
        string[] kept = ["outputs", "logs"];
        foreach (var folder in kept)
            Directory.CreateDirectory(Path.Combine(run.WorkingFolder, folder));
        foreach (
            var entry in new DirectoryInfo(run.WorkingFolder)
                .EnumerateFileSystemInfos()
                .Where(entry => !kept.Contains(entry.Name, StringComparer.Ordinal))
        )
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
    }

    private void EndAs(CommandResult end)
    {
        if (end.WasStopped || IsPreempted)
            EndAs(stopReason.Task.Result);
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
                FailForTimeout(run);
                break;
            case StopReason.Preempted:
                run.LogSystem("The job's node was preempted; the job starts again on another one.");
                run.TryMoveTo(RunStatus.Queued);
                break;
            default:
                run.TryMoveTo(RunStatus.Failed, "EmulatorStopped", EmulatorStopped);
                break;
        }
    }
}
