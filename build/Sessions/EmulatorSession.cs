using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Connection;
using Workspaces.LocalEmulator;

namespace Build.Sessions;

/// <summary>The emulator of this checkout: starts it with a Python that can train, finds it, and stops it.</summary>
public sealed class EmulatorSession(CommandArguments arguments, PythonRuntime python, TimeProvider time)
{
    private JobRuntime? running;

    /// <summary>Finds the emulator; does not start it.</summary>
    /// <returns>Null when it does not run.</returns>
    public async Task<RunningEmulator?> FindAsync(BuildContext context) =>
        (await new EmulatorLauncher(time).FindAsync(Folder(context), context.Cancellation))?.Emulator;

    /// <summary>Stops the emulator.</summary>
    /// <returns>The jobs that ended with it and those that it kept; null when it did not run.</returns>
    public Task<StoppedEmulator?> StopAsync(BuildContext context) =>
        new EmulatorLauncher(time).EndAsync(Folder(context), context.Cancellation);

    /// <summary>Starts the emulator, or finds the one that runs.</summary>
    /// <param name="context">The run.</param>
    /// <param name="address">The workspace that it emulates.</param>
    /// <param name="jobs">The runtime of its jobs; null for a target that submits none and accepts the emulator as it runs.</param>
    public Task<RunningEmulator> StartAsync(BuildContext context, WorkspaceAddress address, JobRuntime? jobs) =>
        StartAsync(context, address.Endpoint!, [address], jobs);

    /// <summary>Starts the emulator, or finds the one that runs, without a workspace: a deployment makes it.</summary>
    public Task<RunningEmulator> StartAsync(BuildContext context, Uri endpoint) => StartAsync(context, endpoint, [], jobs: null);

    private async Task<RunningEmulator> StartAsync(
        BuildContext context,
        Uri endpoint,
        IReadOnlyList<WorkspaceAddress> workspaces,
        JobRuntime? jobs
    )
    {
        if (jobs is null && await FindAsync(context) is { } found)
            jobs = KindOf(found);
        var settings = await SettingsAsync(context, endpoint, workspaces, jobs ?? JobRuntime.Process);
        var emulator = await new EmulatorLauncher(time).EnsureRunningAsync(settings, context.Cancellation);
        context.Report("Emulator", $"{emulator.Start.ToString().ToLowerInvariant()} at {emulator.Endpoint} (process {emulator.ProcessId})");
        if (emulator.Note is not null)
            context.Warn(emulator.Note);
        if (emulator.FaultRules > 0)
        {
            context.Warn(
                $"A fault script is active on the emulator ({(emulator.FaultRules == 1 ? "1 rule" : $"{emulator.FaultRules} rules")}); "
                    + "--faults=FILE replaces it, and a script without rules ends all faults."
            );
        }

        running = KindOf(emulator);
        return emulator;
    }

    /// <summary>Checks that the emulator of this run runs jobs by the runtime of the plan.</summary>
    /// <exception cref="CakeException">It cannot change, because a job of another kind is running.</exception>
    public void Check(JobRuntime wanted)
    {
        if (running is not { } kind || kind == wanted)
            return;
        var (runs, required) = (kind.ToString().ToLowerInvariant(), wanted.ToString().ToLowerInvariant());
        throw new CakeException(
            $"The emulator runs jobs by {runs} and has one that has not ended; the plan requires {required}. "
                + $"Wait for it (dotnet cake --target=Follow), cancel it (--target=Cancel), or run with --runtime={runs}."
        );
    }

    private static string Folder(BuildContext context) => Path.Combine(context.LocalFolder, "emulator");

    private static JobRuntime KindOf(RunningEmulator emulator) => emulator.Runtime == "docker" ? JobRuntime.Docker : JobRuntime.Process;

    private async Task<EmulatorSettings> SettingsAsync(
        BuildContext context,
        Uri endpoint,
        IReadOnlyList<WorkspaceAddress> workspaces,
        JobRuntime jobs
    )
    {
        var settings = new EmulatorSettings(Folder(context), ["dotnet", EmulatorAssembly.Find()], workspaces)
        {
            Url = endpoint,
            RecordingFile = arguments.GetPath(EmulatorArguments.Record),
            FaultScriptFile = arguments.GetPath(EmulatorArguments.Faults),
        };
        // A container has its own Python; a process uses the one of this machine that can train.
        if (jobs != JobRuntime.Docker)
            return await WithPythonAsync(context, settings);
        return settings with
        {
            Runtime = "docker",
            DockerHost = context.Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } engine ? engine : null,
        };
    }

    private async Task<EmulatorSettings> WithPythonAsync(BuildContext context, EmulatorSettings settings) =>
        settings with
        {
            ProcessPath = [(await python.EnsureAsync(context)).WriteLauncher(context.LocalFolder)],
            ProcessVariables = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PYTHONPATH"] = Path.Combine(context.Root, "src", "training"),
            },
        };
}
