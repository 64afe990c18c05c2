using System.Diagnostics.CodeAnalysis;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Storage;
using WorkspaceEmulator.Wire;
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

    /// <summary>What the job writes cannot be stored.</summary>
    LogLost,
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
    TimeProvider time,
    Action? onMetrics = null
) : IJobProgress
{
    private const string EmulatorStopped =
        "The emulator stopped while the job ran. Submitting the job again makes a new attempt, which resumes from its checkpoints.";

    /// <summary>Longest wait for outputs that are written to a container after the job was told to end.</summary>
    private static readonly TimeSpan LongestWriting = TimeSpan.FromSeconds(10);

    private readonly AttemptFaults attemptFaults = new(faults, run);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource<StopReason> stopReason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Deadline? deadline;
    private JobLog? jobLog;

    /// <summary>Gets whether the attempt ended because its node was taken away.</summary>
    public bool IsPreempted => stopReason.Task is { IsCompletedSuccessfully: true, Result: StopReason.Preempted };

    // A trial or step continues at the next start of the emulator, as its sweep or pipeline does.
    private bool WaitsForNextStart =>
        run.Document.Parent is not null && stopReason.Task is { IsCompletedSuccessfully: true, Result: StopReason.EmulatorStopping };

    TimeSpan IJobProgress.Grace => IsPreempted ? attemptFaults.Grace : settings.TerminationGrace;

    /// <summary>Fails a job that has reached its time limit.</summary>
    public static void FailForTimeout(Run run) =>
        run.TryMoveTo(
            RunStatus.Failed,
            "UserError",
            $"The job ran longer than its limit of {Durations.Format(run.Job!.Timeout!.Value)} (limits.timeout) and was ended."
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
        if (await CodeSnapshot.UnpackAsync(workspace, run, stopping.Token) is { } missing)
        {
            EndUnstarted(missing);
            return;
        }

        await using var log = new JobLog(run, attemptFaults, () => Stop(StopReason.Preempted), () => Stop(StopReason.LogLost));
        jobLog = log;
        var (mounts, fault) = await JobMounts.ResolveAsync(workspace, run, stopping.Token);
        if (mounts is null)
        {
            EndUnstarted(fault);
            return;
        }

        run.Metrics.Added = OnMetricsAdded;
        var token = tokens.IssueRunToken(run.Key);
        try
        {
            await using var writing = new OutputWriting(mounts.Written, run.LogSystem, time);
            writing.Start();
            var end = await runner.RunAsync(
                new(workspace, run, mounts, log, token, time.GetUtcNow() + TimeSpan.FromDays(30)),
                this,
                stopping.Token
            );
            end = await WriteOutputsAsync(writing, end);
            if (IsPreempted || WaitsForNextStart)
                log.Rotate();
            EndAs(end);
        }
        finally
        {
            run.Metrics.Added = null;
            tokens.RevokeRunToken(token);
            if (deadline is not null)
                await deadline.DisposeAsync();
        }
    }

    void IJobProgress.Started()
    {
        run.TryMoveTo(RunStatus.Running);
        if (run.Deadline is { } moment)
            deadline = new(moment, () => Stop(StopReason.TimedOut), time);
    }

    void IJobProgress.Ended() => run.TryMoveTo(RunStatus.Finalizing);

    private void OnMetricsAdded(IReadOnlyList<MetricPoint> points)
    {
        if (points.Any(point => attemptFaults.IsPreemptedAtStep(point.Step)))
            Stop(StopReason.Preempted);
        onMetrics?.Invoke();
    }

    private async Task<CommandResult> WriteOutputsAsync(OutputWriting writing, CommandResult end)
    {
        using var limit = new CancellationTokenSource();
        if (stopping.IsCancellationRequested)
            limit.CancelAfter(LongestWriting);
        await using var registration = stopping.Token.Register(() => limit.CancelAfter(LongestWriting));
        var fault = await writing.EndAsync(IsPreempted, limit.Token);
        return fault is not null && end is { WasStopped: false, Failure: null } ? CommandResult.Failed(fault) : end;
    }

    // Another node has nothing of an earlier attempt except the artifacts, which Azure ML keeps elsewhere.
    private void PrepareWorkingFolder()
    {
        string[] kept = ["outputs", "logs"];
        foreach (var folder in kept)
            run.Files.CreateFolder($"{RunArtifacts.WorkingFolder}/{folder}");
        run.Files.Clear(RunArtifacts.WorkingFolder, kept);
    }

    private void EndAs(CommandResult end)
    {
        if (jobLog?.Failure is not null && !IsPreempted)
            EndAs(StopReason.LogLost);
        else if (end.WasStopped || IsPreempted)
            EndAsStopped();
        else if (run.Status == RunStatus.CancelRequested)
            EndAs(StopReason.Canceled);
        else if (end.Failure is { } failure)
            run.TryMoveTo(RunStatus.Failed, end.Code, failure);
        else
            Complete();
    }

    private void Complete()
    {
        OutputAssets.Register(workspace, run);
        run.TryMoveTo(RunStatus.Completed);
    }

    private void EndUnstarted(string? fault)
    {
        if (stopping.IsCancellationRequested)
            EndAsStopped();
        else
            run.TryMoveTo(RunStatus.Failed, "UserError", fault);
    }

    private void EndAsStopped()
    {
        if (stopReason.Task.IsCompletedSuccessfully)
            EndAs(stopReason.Task.Result);
        else
            run.TryMoveTo(RunStatus.Failed, "SystemError", "The job was ended because its output could not be read.");
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
            case StopReason.LogLost:
                run.TryMoveTo(
                    RunStatus.Failed,
                    "SystemError",
                    $"The job's log could not be written, so the job was ended: {jobLog?.Failure}. Free space there and submit the job "
                        + "again; it resumes from its checkpoints."
                );
                break;
            case StopReason.EmulatorStopping when WaitsForNextStart:
                run.TryMoveTo(RunStatus.Queued);
                break;
            default:
                run.TryMoveTo(RunStatus.Failed, "EmulatorStopped", EmulatorStopped);
                break;
        }
    }
}
