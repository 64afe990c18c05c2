using System.Diagnostics;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Execution;

/// <summary>Runs a job's command as a child process of the emulator, in a session of its own.</summary>
internal sealed class ProcessRunner(ExecutionSettings settings, EmulatorAddress address, TimeProvider time) : IJobRunner
{
    // Both streams are one pipe, so that lines are logged in the order in which they were written. $0 is the command.
    private const string Launcher = "exec </dev/null 2>&1; exec /bin/bash -c \"$0\"";

    /// <summary>
    /// Longest wait for the end of the log after all processes of the job have ended. Only a process that left the job holds the pipe open.
    /// </summary>
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(10);

    public async Task<CommandResult> RunAsync(JobAttempt job, IJobProgress progress, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
            return CommandResult.Stopped;
        var run = job.Run;
        using var process = Process.Start(Describe(job))!;
        // setsid(1) becomes the command and leads a session whose id is its process id.
        var tree = new ProcessTree(run.Name, run.WorkingFolder) { Session = process.Id };
        progress.Started();
        run.LogSystem($"Process {process.Id} runs the command.");

        using var logEnd = new CancellationTokenSource();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(job.Log, logEnd.Token);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Without a reader the job would block, so the end of the log is the end of the job.
        _ = copied.ContinueWith(
            _ => stopped.TrySetResult(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default
        );
        await using var registration = stop.Register(() => stopped.TrySetResult());
        var exited = process.WaitForExitAsync(CancellationToken.None);
        if (await Task.WhenAny(exited, stopped.Task) == stopped.Task)
        {
            await tree.EndAsync(progress.Grace, time);
            await exited;
            await FinishLogAsync();
            return CommandResult.Stopped;
        }

        progress.Ended();
        await tree.EndAsync(settings.TerminationGrace, time); // Background processes end with the command.
        await FinishLogAsync();
        return process.ExitCode == 0
            ? CommandResult.Success
            : CommandResult.Failed($"The command exited with code {process.ExitCode}. The log user_logs/std_log.txt says more.");

        async Task FinishLogAsync()
        {
            logEnd.CancelAfter(LogLimit);
            try
            {
                await copied;
            }
            catch (OperationCanceledException)
            {
                run.LogSystem(
                    $"The end of the log may be missing: a process that left the job still holds it open after {LogLimit.TotalSeconds} s."
                );
            }
        }
    }

    private ProcessStartInfo Describe(JobAttempt job)
    {
        var run = job.Run;
        var command = job.Mounts.Fill(job.Definition.Command);
        var start = new ProcessStartInfo("setsid", ["/bin/bash", "-c", Launcher, command])
        {
            WorkingDirectory = run.WorkingFolder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment.Clear();
        foreach (
            var (name, value) in JobEnvironment.Create(
                job,
                new(job.Mounts, run.WorkingFolder, address.Certificate),
                Machine(),
                address.Endpoint
            )
        )
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in settings.ProcessVariables)
            start.Environment[name] = value;
        return start;
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
