using System.Reflection;
using Build.LocalRuntime;
using Build.Stages;
using Cake.Core;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.LocalEmulator;

namespace Build;

/// <summary>The one connection of a run to its workspace. An emulator is started first, with a Python that can train; from then on it is a workspace like another.</summary>
public sealed class WorkspaceSession(PythonRuntime runtime, SignInSession signIns, TimeProvider time)
{
    private (WorkspaceAddress Address, WorkspaceClient Client)? open;
    private bool isTrusted;

    /// <summary>What runs the jobs of the emulator of this run; null before it is opened, and for Azure.</summary>
    public JobRuntime? EmulatorRuntime { get; private set; }

    /// <summary>Where the emulator of a checkout keeps its state.</summary>
    public static string EmulatorFolder(BuildContext context) => Path.Combine(context.LocalFolder, "emulator");

    /// <summary>Connects, or gives the connection made before.</summary>
    /// <param name="context">The run.</param>
    /// <param name="address">The workspace.</param>
    /// <param name="jobs">What the emulator is to run jobs by; null for a target that submits none, which takes the emulator as it runs.</param>
    /// <param name="verify">Whether the workspace is read first; false for who reads it together with other things.</param>
    /// <exception cref="WorkspaceException">The workspace cannot be reached, or the emulator could not be started.</exception>
    public async Task<WorkspaceClient> OpenAsync(BuildContext context, WorkspaceAddress address, JobRuntime? jobs, bool verify = true)
    {
        // Under the address that was asked for: the client's own names the port that the emulator found.
        if (open is not { } already || already.Address != address)
        {
            var connection = address.Endpoint is null
                ? WorkspaceConnection.ToAzure(address, signIns.To(address.TenantId))
                : WorkspaceConnection.ToEmulator(address, await FindEmulatorAsync(context, address, jobs));
            open = already = (address, WorkspaceClient.Open(connection));
            isTrusted = false;
        }

        if (verify && !isTrusted)
            await already.Client.VerifyAsync(context.Cancellation);
        return already.Client;
    }

    /// <summary>Takes the workspace as being there: something in it was found.</summary>
    public void Trust() => isTrusted = true;

    private async Task<RunningEmulator> FindEmulatorAsync(BuildContext context, WorkspaceAddress address, JobRuntime? jobs)
    {
        if (jobs is null && await new EmulatorLauncher(time).FindAsync(EmulatorFolder(context), context.Cancellation) is { } found)
            jobs = KindOf(found.Emulator);
        return await StartEmulatorAsync(context, address, jobs ?? JobRuntime.Process);
    }

    private static JobRuntime KindOf(RunningEmulator emulator) => emulator.Runtime == "docker" ? JobRuntime.Docker : JobRuntime.Process;

    private async Task<RunningEmulator> StartEmulatorAsync(BuildContext context, WorkspaceAddress address, JobRuntime jobs)
    {
        var settings = new EmulatorSettings(EmulatorFolder(context), ["dotnet", EmulatorAssembly], [address])
        {
            Url = address.Endpoint!,
            RecordingFile = context.PathArgument("record"),
            FaultScriptFile = context.PathArgument("faults"),
        };
        // A container brings its own Python; a process takes the one of this machine that can train.
        settings =
            jobs == JobRuntime.Docker
                ? settings with
                {
                    Runtime = "docker",
                    DockerHost = System.Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } engine ? engine : null,
                }
                : await WithPythonAsync(context, settings);
        var emulator = await new EmulatorLauncher(time).EnsureRunningAsync(settings, context.Cancellation);
        context.Say($"Emulator     {emulator.Start.ToString().ToLowerInvariant()} at {emulator.Endpoint} (process {emulator.ProcessId})");
        if (emulator.Note is not null)
            context.Warn(emulator.Note);
        if (emulator.FaultRules > 0)
            context.Warn(
                $"A fault script is active on the emulator ({(emulator.FaultRules == 1 ? "1 rule" : $"{emulator.FaultRules} rules")}); --faults=FILE replaces it, and one without rules ends all faults."
            );
        EmulatorRuntime = KindOf(emulator);
        return emulator;
    }

    private async Task<EmulatorSettings> WithPythonAsync(BuildContext context, EmulatorSettings settings)
    {
        var python = await runtime.EnsureAsync(context);
        return settings with
        {
            ProcessPath = [python.WriteLauncher(context.LocalFolder)],
            ProcessVariables = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PYTHONPATH"] = Path.Combine(context.Root, "src", "training"),
            },
        };
    }

    /// <summary>The emulator that was built with this host.</summary>
    private static string EmulatorAssembly
    {
        get
        {
            var relative = typeof(WorkspaceSession)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(attribute => attribute.Key == "EmulatorPath")
                .Value!;
            var path = Path.GetFullPath(relative, AppContext.BaseDirectory);
            return File.Exists(path) ? path : throw new CakeException($"The emulator is not at {path}; build it: dotnet build build.");
        }
    }
}
