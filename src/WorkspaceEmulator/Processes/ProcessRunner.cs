using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Processes;

/// <summary>Runs a job's command as a child process of the emulator, in a session of its own.</summary>
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
        var run = job.Run;
        using var process = JobProcess.Start(
            job.Mounts.Fill(job.Definition.Command),
            run.WorkingFolder,
            Variables(job),
            settings.TerminationGrace
        );
        // setsid(1) becomes the command and leads a session whose id is its process id.
        var tree = new ProcessTree(run.WorkingFolder)
        {
            Session = process.IsHeld ? 0 : process.Id,
            Holder = process.IsHeld ? process.Id : 0,
        };
        try
        {
            progress.Started();
            run.LogSystem($"Process {process.Id} {(process.IsHeld ? "holds" : "runs")} the command.");
            return await RunAsync(job, process, tree, progress, stop);
        }
        finally
        {
            // Whatever happened, nothing of the job is still running afterwards.
            var left = await tree.EndAsync(progress.Grace, time);
            if (left.Count > 0)
                run.LogSystem($"Processes {string.Join(", ", left)} of the job could not be ended.");
            await process.ReleaseAsync();
            if (await Subreaper.EndOrphansAsync(time) is > 0 and var count)
                run.LogSystem($"{count} processes that had left a job were ended.");
        }
    }

    private async Task<CommandResult> RunAsync(
        JobAttempt job,
        JobProcess process,
        ProcessTree tree,
        IJobProgress progress,
        CancellationToken stop
    )
    {
        using var logEnd = new CancellationTokenSource();
        var copied = process.Output.CopyToAsync(job.Log, logEnd.Token);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Without a reader the job would block, so the end of the log is the end of the job.
        _ = copied.ContinueWith(
            _ => stopped.TrySetResult(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default
        );
        await using var registration = stop.Register(() => stopped.TrySetResult());
        if (await Task.WhenAny(process.Ended, stopped.Task) == stopped.Task)
        {
            await tree.EndAsync(progress.Grace, time);
            await FinishLogAsync();
            return CommandResult.Stopped;
        }

        progress.Ended();
        await tree.EndAsync(settings.TerminationGrace, time); // Background processes end with the command.
        await FinishLogAsync();
        return await process.Ended switch
        {
            0 => CommandResult.Success,
            null => CommandResult.Failed("The process that held the command was ended from outside, so the job was ended."),
            var code => CommandResult.Failed($"The command exited with code {code}. The log user_logs/std_log.txt says more."),
        };

        async Task FinishLogAsync()
        {
            logEnd.CancelAfter(LogLimit);
            try
            {
                await copied;
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

    private Dictionary<string, string> Variables(JobAttempt job)
    {
        var variables = JobEnvironment.Create(
            job,
            new(job.Mounts, job.Run.WorkingFolder, address.Certificate),
            Machine(),
            address.Endpoint
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
