using System.Diagnostics;
using WorkspaceEmulator.Arm;
using WorkspaceEmulator.Hosting;

namespace WorkspaceEmulator.Jobs;

/// <summary>Runs a job's command as a child process of the emulator, in a session of its own.</summary>
internal sealed class ProcessRunner(EmulatorOptions options, EmulatorAddress address, TimeProvider time) : IJobRunner
{
    // The log is opened by the shell itself, so lines arrive in it as they are written and in the order of both streams,
    // whatever becomes of the emulator. $0 is the log, $1 the command.
    private const string Launcher = "exec </dev/null >>\"$0\" 2>&1; exec /bin/bash -c \"$1\"";

    public async Task<CommandEnd> RunAsync(JobCommand job, IJobProgress progress, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
            return CommandEnd.Stopped;
        var run = job.Run;
        using var process = Process.Start(Describe(job))!;
        // setsid(1) becomes the command and leads a session whose id is its own process id.
        var tree = new ProcessTree(run.Name, run.WorkingFolder) { Session = process.Id };
        progress.Started();
        run.LogSystem($"Process {process.Id} runs the command.");

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        var exited = process.WaitForExitAsync(CancellationToken.None);
        if (await Task.WhenAny(exited, stopped.Task) == stopped.Task)
        {
            await tree.EndAsync(options.TerminationGrace, time);
            await exited;
            return CommandEnd.Stopped;
        }

        progress.Ended();
        await tree.EndAsync(options.TerminationGrace, time); // What the command left in the background ends with it.
        return process.ExitCode == 0
            ? CommandEnd.Success
            : CommandEnd.Failed($"The command ended with exit code {process.ExitCode}. The log user_logs/std_log.txt says more.");
    }

    private ProcessStartInfo Describe(JobCommand job)
    {
        var run = job.Run;
        var command = job.Mounts.Fill(run.Document.Definition.Text("command")!);
        var start = new ProcessStartInfo("setsid", ["/bin/bash", "-c", Launcher, run.UserLog, command])
        {
            WorkingDirectory = run.WorkingFolder,
            UseShellExecute = false,
        };
        start.Environment.Clear();
        foreach (var (name, value) in JobEnvironment.Create(job, new(job.Mounts, run.WorkingFolder, address.Certificate), Machine(), address.Endpoint))
            start.Environment[name] = value;
        foreach (var (name, value) in options.ProcessVariables)
            start.Environment[name] = value;
        return start;
    }

    private Dictionary<string, string> Machine()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        return new(StringComparer.Ordinal)
        {
            ["PATH"] = string.Join(':', [.. options.ProcessPaths, path]),
            ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "/",
            ["LANG"] = Environment.GetEnvironmentVariable("LANG") ?? "C.UTF-8",
            ["TMPDIR"] = Path.TrimEndingDirectorySeparator(Path.GetTempPath()),
            ["USER"] = Environment.UserName,
        };
    }
}
