using System.Collections.Concurrent;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Pipelines;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Schedules;
using WorkspaceEmulator.Sweeps;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Execution;

/// <summary>
/// Assigns nodes to jobs, first come, first served per cluster, runs the jobs, and ends them when the emulator stops. One loop does this.
/// Requests, jobs that end and clusters that change by themselves wake it.
/// </summary>
internal sealed class JobScheduler(
    WorkspaceStore workspaces,
    ExecutionSettings settings,
    IJobRunner runner,
    IEnumerable<IJobLeftovers> leftovers,
    AccessTokens tokens,
    ActiveFaults faults,
    Quotas quotas,
    SweepDriver sweeps,
    PipelineDriver pipelines,
    ScheduleDriver schedules,
    TimeProvider time,
    ILogger<JobScheduler> logger
) : IHostedLifecycleService, IDisposable
{
    private const string EmulatorCrashed =
        "The emulator ended unexpectedly while the job ran. Submitting the job again makes a new attempt, which resumes from its "
        + "checkpoints.";

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    // Timers stand still while a machine sleeps, and do not see when its clock is set: what came due by that is noticed this late.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim wake = new(0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, (JobExecution Execution, Task Task)> executions = new(StringComparer.Ordinal);
    private Task loop = Task.CompletedTask;
    private IReadOnlyList<Run>? endedByStop;

    /// <summary>Gets the number of jobs that were submitted and have not ended.</summary>
    public int ActiveJobs => AllJobs.Count(run => !run.Status.IsTerminal());

    /// <summary>Gets whether a schedule will submit a job.</summary>
    public bool HasSchedules => workspaces.All.Any(workspace => schedules.NextFiring(workspace) is not null);

    /// <summary>Gets the jobs that were submitted and wait for nodes.</summary>
    public IReadOnlyList<Run> Waiting =>
        [
            .. AllJobs.Where(run =>
                (
                    run.Status is RunStatus.NotStarted or RunStatus.Queued
                    || ((run.Sweep is not null || run.Pipeline is not null) && !run.Status.IsTerminal())
                ) && !EndedByStop.Contains(run)
            ),
        ];

    /// <summary>Gets the jobs that run, or that ended because the emulator stopped.</summary>
    public IReadOnlyList<Run> EndedByStop => endedByStop ?? Running;

    private IEnumerable<Run> AllJobs => workspaces.All.SelectMany(workspace => workspace.Runs.Values).Where(run => run.IsJob);

    /// <summary>Gets the jobs that would end if the emulator stopped now. A trial or step would wait for its next start.</summary>
    public IReadOnlyList<Run> Running =>
        [.. AllJobs.Where(run => run.Document.Parent is null && executions.ContainsKey(run.Key)).OrderBy(run => run.Document.Number)];

    /// <summary>Wakes the loop, which then looks at queues and clusters.</summary>
    public void Wake() => wake.Release();

    /// <summary>Cancels a job: at once when it has not started, else when its processes have ended.</summary>
    public void Cancel(Run run)
    {
        run.TryMoveTo(RunStatus.CancelRequested);
        if (executions.TryGetValue(run.Key, out var running))
            running.Execution.Stop(StopReason.Canceled);
        Wake();
    }

    /// <summary>Ends what a crashed emulator left running.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var left in leftovers)
            await left.RemoveAsync(cancellationToken);
        foreach (var run in AllJobs.Where(run => run.Job is not null))
        {
            if (run.Document.Parent is { } parent)
            {
                ResumeChild(run, parent);
            }
            else if (run.Status is RunStatus.Preparing or RunStatus.Running or RunStatus.Finalizing or RunStatus.CancelRequested)
            {
                if (run.Status == RunStatus.CancelRequested)
                    run.TryMoveTo(RunStatus.Canceled);
                else
                    run.TryMoveTo(RunStatus.Failed, "EmulatorStopped", EmulatorCrashed);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        loop = RunLoopAsync();
        return Task.CompletedTask;
    }

    /// <summary>Ends all jobs before the server stops listening, so that they can still log their last values.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        Wake();
        await loop;
        var running = executions.Values.ToList();
        endedByStop ??= Running; // The host may stop twice.
        foreach (var (execution, _) in running)
            execution.Stop(StopReason.EmulatorStopping);
        await Task.WhenAll(running.Select(job => job.Task));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        stopping.Dispose();
        wake.Dispose();
    }

    // The sweep or pipeline continues, and so does what it was doing. A crash leaves the log of the attempt where the next one writes.
    private void ResumeChild(Run run, string parent)
    {
        if (run.Status.IsTerminal())
            return;
        if (run.Status == RunStatus.CancelRequested)
        {
            run.TryMoveTo(RunStatus.Canceled);
        }
        else if (!AllJobs.Any(other => other.Job is null && other.Name == parent && other.Workspace.Key == run.Workspace.Key))
        {
            run.TryMoveTo(RunStatus.Failed, "SystemError", $"'{parent}', to which the job belongs, does not exist any more.");
        }
        else if (run.Status is RunStatus.Preparing or RunStatus.Running or RunStatus.Finalizing)
        {
            run.Artifacts.RotateLog(run.CommandLog);
            run.TryMoveTo(RunStatus.Queued);
        }
    }

    private DateTimeOffset? NextChange() =>
        workspaces
            .All.SelectMany(workspace => workspace.Clusters.Values)
            .Select(cluster => cluster.NextChange())
            .Concat(
                workspaces
                    .All.SelectMany(workspace => workspace.Runs.Values)
                    .Where(run => run.Job is not null && run.Status == RunStatus.Queued)
                    .Select(run => run.Deadline)
            )
            .Concat(DeadlinesOfSweeps())
            .Concat(workspaces.All.Select(schedules.NextFiring))
            .Min();

    // A deadline that has passed changes nothing more: the trials are being ended.
    private IEnumerable<DateTimeOffset?> DeadlinesOfSweeps() =>
        AllJobs
            .Where(run => run.Sweep is not null && !run.Status.IsTerminal())
            .Select(run => run.Deadline)
            .Where(deadline => deadline > time.GetUtcNow());

    private async Task RunLoopAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            DateTimeOffset? again = null;
            foreach (var workspace in workspaces.All)
            {
                if (!TryAdvance(workspace))
                    again = time.GetUtcNow() + RetryPause;
            }

            DateTimeOffset? next = null;
            if (!Try(() => next = NextChange()))
                again = time.GetUtcNow() + RetryPause;
            next = new[] { next, again }.Min();
            var wait = next is { } moment ? moment - time.GetUtcNow() : Timeout.InfiniteTimeSpan;
            if (next is null)
                await wake.WaitAsync();
            else if (wait > TimeSpan.Zero)
                await WaitAsync(wait < LongestWait ? wait + TimeSpan.FromMilliseconds(1) : LongestWait);
            while (wake.Wait(0))
            {
                // Several wake-ups count as one.
            }
        }
    }

    /// <summary>Does everything that can be done now in a workspace.</summary>
    /// <returns>False when something must be tried again, for example because the disk is full.</returns>
    private bool TryAdvance(Workspace workspace)
    {
        var isDone = Try(() => RemoveDeletedClusters(workspace)) & Try(() => schedules.Advance(workspace));
        foreach (var run in workspace.Runs.Values.Where(run => run.IsJob && run.Job is null && !run.Status.IsTerminal()))
        {
            isDone &= Try(() =>
            {
                try
                {
                    if (run.Sweep is not null)
                        sweeps.Advance(workspace, run, Cancel);
                    else
                        pipelines.Advance(workspace, run, Cancel);
                }
                catch (Exception error) when (error is not (IOException or OutOfMemoryException))
                {
                    Fail(run, error);
                    foreach (var child in workspace.Runs.Values.Where(child => child.Document.Parent == run.Name))
                        Cancel(child); // Changes nothing when it has ended.
                }
            });
        }

        return isDone & Try(() => StartQueuedJobs(workspace));
    }

    private bool Try(Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // For example a full disk: the jobs stay queued until it works.
            logger.LogError(error, "Queued jobs could not be started.");
            return false;
        }
    }

    // Whatever it is, it belongs to this job, whose owner must see it. The emulator and other jobs keep running.
    private void Fail(Run run, Exception error)
    {
        logger.LogError(error, "Job {Job} could not be run.", run.Name);
        run.TryMoveTo(RunStatus.Failed, "SystemError", $"The emulator could not run the job: {error.Message}");
    }

    private async Task WaitAsync(TimeSpan longest)
    {
        await using (time.CreateTimer(_ => Wake(), null, longest, Timeout.InfiniteTimeSpan))
            await wake.WaitAsync();
    }

    private void StartQueuedJobs(Workspace workspace)
    {
        var blocked = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var waiting = workspace
            .Runs.Values.Where(run =>
                run.Job is not null
                && run.Status is RunStatus.NotStarted or RunStatus.Queued or RunStatus.CancelRequested
                && !executions.ContainsKey(run.Key)
            )
            .OrderBy(run => run.Document.Number);
        foreach (var run in waiting)
        {
            if (run.Status == RunStatus.CancelRequested)
            {
                run.TryMoveTo(RunStatus.Canceled);
                Wake();
                continue;
            }

            if (run.Deadline <= time.GetUtcNow())
            {
                JobExecution.FailForTimeout(run);
                Wake(); // Its sweep may end with it.
                continue;
            }

            if (run.Status == RunStatus.NotStarted)
                run.TryMoveTo(RunStatus.Queued);
            var name = run.Job!.ComputeName;
            if (!workspace.Clusters.TryGetValue(name, out var cluster))
            {
                run.TryMoveTo(RunStatus.Failed, "UserError", $"Compute '{name}' was deleted while the job waited for its nodes.");
                Wake();
                continue;
            }

            // First come, first served: a job that needs more nodes than are free blocks the jobs behind it.
            if (
                !blocked.Contains(name)
                && cluster.TryReserve(run.Name, run.Job.InstanceCount, quotas.RoomFor(workspace, cluster), time.GetUtcNow())
            )
            {
                Start(workspace, run, cluster);
            }
            else
            {
                blocked.Add(name);
            }
        }
    }

    private void Start(Workspace workspace, Run run, Cluster cluster)
    {
        var execution = new JobExecution(workspace, run, runner, tokens, faults, settings, time, run.Document.Trial is null ? null : Wake);
        var task = Task.Run(async () =>
        {
            try
            {
                await execution.RunAsync();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                Fail(run, error);
            }
            finally
            {
                if (execution.IsPreempted)
                    cluster.Preempt(run.Name, time.GetUtcNow());
                else
                    cluster.Release(run.Name, time.GetUtcNow());
                executions.TryRemove(run.Key, out _);
                if (!stopping.IsCancellationRequested)
                    Wake();
            }
        });
        executions[run.Key] = (execution, task);
        if (task.IsCompleted)
            executions.TryRemove(run.Key, out _);
        if (run.Status == RunStatus.CancelRequested)
            execution.Stop(StopReason.Canceled);
    }

    private void RemoveDeletedClusters(Workspace workspace)
    {
        foreach (
            var cluster in workspace.Clusters.Values.Where(cluster => cluster.Snapshot(time.GetUtcNow()).ProvisioningState == "Deleted")
        )
        {
            workspace.Computes.Delete(cluster.Name);
            workspace.Clusters.TryRemove(cluster.Name, out _);
        }
    }
}
