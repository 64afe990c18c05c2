using System.Reflection;
using Build.LocalRuntime;
using Build.Stages;
using Cake.Core;
using Experiments;
using Workspaces;

namespace Build;

/// <summary>The one connection of a run to its workspace. An emulator is started first, with a Python that can train; from then on it is a workspace like another.</summary>
public sealed class WorkspaceSession(PythonRuntime runtime, TimeProvider time)
{
    private (WorkspaceAddress Address, WorkspaceClient Client)? open;

    /// <summary>What runs the jobs of the emulator of this run; null before it is opened, and for Azure.</summary>
    public JobRuntime? EmulatorRuntime { get; private set; }

    /// <summary>Where the emulator of a checkout keeps its state.</summary>
    public static string EmulatorFolder(BuildContext context) => Path.Combine(context.LocalFolder, "emulator");

    /// <summary>Connects, or gives the connection made before.</summary>
    /// <exception cref="WorkspaceException">The workspace cannot be reached, or the emulator could not be started.</exception>
    public async Task<WorkspaceClient> OpenAsync(BuildContext context, WorkspaceAddress address)
    {
        if (open is { } already && already.Address == address) return already.Client;
        var connection = address.Endpoint is null
            ? WorkspaceConnection.ToAzure(address, "the environment config")
            : WorkspaceConnection.ToEmulator(address, await StartEmulatorAsync(context, address), "the environment config");
        var client = await WorkspaceClient.ConnectAsync(connection, context.Cancellation);
        // Under the address that was asked for: the client's own names the port that the emulator found.
        open = (address, client);
        return client;
    }

    private async Task<RunningEmulator> StartEmulatorAsync(BuildContext context, WorkspaceAddress address)
    {
        var settings = new EmulatorSettings(EmulatorFolder(context), ["dotnet", EmulatorAssembly], [address])
        {
            Url = address.Endpoint!,
            RecordingFile = context.PathArgument("record"),
        };
        // A container brings its own Python; a process takes the one of this machine that can train.
        settings = context.ReadPlan().Runtime.Kind == JobRuntime.Docker
            ? settings with { Runtime = "docker", DockerHost = System.Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } engine ? engine : null }
            : await WithPythonAsync(context, settings);
        var emulator = await new LocalEmulator(time).EnsureRunningAsync(settings, context.Cancellation);
        context.Say($"Emulator     {emulator.Start.ToString().ToLowerInvariant()} at {emulator.Endpoint} (process {emulator.ProcessId})");
        if (emulator.Note is not null) context.Warn(emulator.Note);
        EmulatorRuntime = emulator.Runtime == "docker" ? JobRuntime.Docker : JobRuntime.Process;
        return emulator;
    }

    private async Task<EmulatorSettings> WithPythonAsync(BuildContext context, EmulatorSettings settings)
    {
        var python = await runtime.EnsureAsync(context);
        return settings with
        {
            ProcessPath = [python.WriteLauncher(context.LocalFolder)],
            ProcessVariables = new Dictionary<string, string>(StringComparer.Ordinal) { ["PYTHONPATH"] = Path.Combine(context.Root, "src", "training") },
        };
    }

    /// <summary>The emulator that was built with this host.</summary>
    private static string EmulatorAssembly
    {
        get
        {
            var relative = typeof(WorkspaceSession).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(attribute => attribute.Key == "EmulatorPath").Value!;
            var path = Path.GetFullPath(relative, AppContext.BaseDirectory);
            return File.Exists(path) ? path : throw new CakeException($"The emulator is not at {path}; build it: dotnet build build.");
        }
    }
}
