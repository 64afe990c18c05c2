using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Processes;

/// <summary>
/// Runs a job's command as a child process of the emulator, in a session of its own; a job of several processes runs it in each of them.
/// </summary>
internal sealed class ProcessRunner(ExecutionSettings settings, EmulatorAddress address, TimeProvider time) : IJobRunner
{
    /// <summary>
    /// Longest wait for the end of the log after all processes of the job have ended. Only a process that left the job holds the pipe open.
    /// </summary>
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(10);

    public async Task<CommandResult> RunAsync(JobAttempt job, IJobProgress progress, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
            return CommandResult.Stopped;
        if (
            job.Workspace.EnvironmentVersions.Find(job.Definition.Environment)?.Body is { } environment
            && EnvironmentBuild.Of(environment) is not null
        )
        {
            // Submitted to an emulator on the same folder that ran jobs in containers.
            return CommandResult.Failed(
                $"The image of environment '{job.Definition.Environment}' has to be built, and jobs run as processes here; start the "
                    + "emulator with --runtime=docker and submit the job again."
            );
        }

        var run = job.Run;
        var tree = new ProcessTree(run.WorkingFolder);
        var started = new List<RankProcess>();
        try
        {
            if (job.Definition.IsDistributed)
            {
                var places = ProcessPlace.Of(job.Definition, "127.0.0.1", ProcessPlace.FindFreePort());
                foreach (var place in places)
                    started.Add(await StartAsync(job, place, tree));
            }
            else
            {
                started.Add(await StartAsync(job, null, tree));
            }

            progress.Started();
            return await RunAsync(job, started, tree, progress, stop);
        }
        finally
        {
            // Whatever happened, nothing of the job is still running afterwards.
            var left = await tree.EndAsync(progress.Grace, time);
            if (left.Count > 0)
                run.LogSystem($"Processes {string.Join(", ", left)} of the job could not be ended.");
            foreach (var process in started)
                await process.DisposeAsync();
            if (await Subreaper.EndOrphansAsync(time) is > 0 and var count)
                run.LogSystem($"{count} processes that had left a job were ended.");
        }
    }

    private async Task<RankProcess> StartAsync(JobAttempt job, ProcessPlace? place, ProcessTree tree)
    {
        var run = job.Run;
        var log = place is { Rank: > 0 } ? run.Files.OpenAppend(Run.LogOfProcess(place.Rank)) : job.Log;
        var process = await JobProcess.StartAsync(
            job.Mounts.Fill(job.Definition.Command),
            run.WorkingFolder,
            Variables(job, place),
            settings.TerminationGrace
        );
        // setsid(1) becomes the command and leads a session whose id is its process id.
        (process.IsHeld ? tree.Holders : tree.Sessions).Add(process.Id);
        var what = place is null ? "the command" : $"process {place.Rank} of {place.Size}";
        run.LogSystem($"Process {process.Id} {(process.IsHeld ? "holds" : "runs")} {what}.");
        return new(process, place, log);
    }

    private async Task<CommandResult> RunAsync(
        JobAttempt job,
        List<RankProcess> processes,
        ProcessTree tree,
        IJobProgress progress,
        CancellationToken stop
    )
    {
        using var logEnd = new CancellationTokenSource();
        var copied = processes.Select(process => process.CopyLogAsync(logEnd.Token)).ToList();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Without a reader the job would block, so the end of the log is the end of the job.
        foreach (var copy in copied)
        {
            _ = copy.ContinueWith(
                _ => stopped.TrySetResult(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default
            );
        }

        await using var registration = stop.Register(() => stopped.TrySetResult());
        var ended = FindFailedAsync(processes);
        if (await Task.WhenAny(ended, stopped.Task) == stopped.Task)
        {
            await tree.EndAsync(progress.Grace, time);
            await FinishLogAsync();
            return CommandResult.Stopped;
        }

        progress.Ended();
        // Background processes end with the command, and the other processes of the job with the one that failed.
        await tree.EndAsync(settings.TerminationGrace, time);
        await FinishLogAsync();
        return await ended is { } failed
            ? CommandResult.Failed(failed.Explain(job.Run, await failed.Process.Ended))
            : CommandResult.Success;

        async Task FinishLogAsync()
        {
            logEnd.CancelAfter(LogLimit);
            try
            {
                await Task.WhenAll(copied);
            }
            catch (OperationCanceledException)
            {
                job.Run.LogSystem(
                    $"The end of the log may be missing: a process that left the job still holds it open after {LogLimit.TotalSeconds} s."
                );
            }
            catch (IOException error)
            {
                job.Run.LogSystem($"The end of the log is missing: {error.Message}");
            }
        }
    }

    /// <summary>Waits for the first process that fails; returns null when all have succeeded.</summary>
    private static async Task<RankProcess?> FindFailedAsync(IReadOnlyList<RankProcess> processes)
    {
        var waiting = processes.ToList();
        while (waiting.Count > 0)
        {
            await Task.WhenAny(waiting.Select(process => process.Process.Ended));
            foreach (var process in waiting.Where(process => process.Process.Ended.IsCompleted).ToList())
            {
                if (await process.Process.Ended is not 0)
                    return process;
                waiting.Remove(process);
            }
        }

        return null;
    }

    private Dictionary<string, string> Variables(JobAttempt job, ProcessPlace? place)
    {
        var variables = JobEnvironment.Create(
            job,
            new(job.Mounts, job.Run.WorkingFolder, address.Certificate),
            Machine(),
            address.Endpoint,
            place
        );
        foreach (var (name, value) in settings.ProcessVariables)
            variables[name] = value;
        return variables;
    }

    private Dictionary<string, string> Machine()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        return new(StringComparer.Ordinal)
        {
            ["PATH"] = string.Join(':', [.. settings.ProcessPaths, path]),
            ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "/",
            ["LANG"] = Environment.GetEnvironmentVariable("LANG") ?? "C.UTF-8",
            ["TMPDIR"] = Path.TrimEndingDirectorySeparator(Path.GetTempPath()),
            ["USER"] = Environment.UserName,
        };
    }
}
