using Experiments.Plans;

namespace Workspaces.LocalEmulator;

/// <summary>Which emulator runs, and how it is started when it does not.</summary>
/// <param name="StateFolder">Absolute path of the folder the emulator keeps its state in; one emulator runs for each.</param>
/// <param name="Command">Program and first arguments: <c>dotnet</c> and the path of WorkspaceEmulator.dll, or its apphost.</param>
/// <param name="Workspaces">Workspaces it must have; their endpoints are not looked at.</param>
public sealed record EmulatorSettings(string StateFolder, IReadOnlyList<string> Command, IReadOnlyList<WorkspaceAddress> Workspaces)
{
    /// <summary>Address to listen on; a port of 0 is any free one.</summary>
    public Uri Url { get; init; } = new("https://localhost:0");

    /// <summary>Time without a request and without an active job after which it stops by itself; whole minutes, at least 1.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Folders searched first for the programs of a job, such as that of the Python that has torch.</summary>
    public IReadOnlyList<string> ProcessPath { get; init; } = [];

    /// <summary>Environment variables of every job; never a secret, they stand on the emulator's command line.</summary>
    public IReadOnlyDictionary<string, string> ProcessVariables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What runs its jobs: <c>process</c> or <c>docker</c>. An emulator that runs with the other one is started anew once it has nothing to do.</summary>
    public string Runtime { get; init; } = "process";

    /// <summary>Address of the Docker engine, as DOCKER_HOST has it; null: the engine's default socket.</summary>
    public string? DockerHost { get; init; }

    /// <summary>File the emulator's traffic is written to from now on; null: recording is left as it is.</summary>
    public string? RecordingFile { get; init; }

    /// <summary>Fault script that the emulator brings about from now on; null: the one that is active there is left as it is.</summary>
    public string? FaultScriptFile { get; init; }

    /// <summary>Time a cluster takes to be made; the emulator's default when null.</summary>
    public TimeSpan? ProvisioningTime { get; init; }

    /// <summary>Time it may take until it listens.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The assembly whose build decides whether a running emulator is the current one.</summary>
    internal string AssemblyPath =>
        Command.FirstOrDefault(part => part.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) ?? $"{Command[0]}.dll";

    internal IEnumerable<string> CreateArguments()
    {
        yield return "--state";
        yield return StateFolder;
        yield return "--url";
        yield return Url.GetLeftPart(UriPartial.Authority);
        foreach (var workspace in Workspaces)
        {
            yield return "--workspace";
            yield return $"{workspace.SubscriptionId}/{workspace.ResourceGroup}/{workspace.WorkspaceName}";
        }

        if (Workspaces is [var first, ..])
        {
            yield return "--location";
            yield return first.Location;
        }

        yield return "--idle-minutes";
        yield return $"{Math.Max(1, (int)IdleTime.TotalMinutes)}";
        yield return "--runtime";
        yield return Runtime;
        if (Runtime == "docker" && DockerHost is not null)
        {
            yield return "--docker-host";
            yield return DockerHost;
        }

        foreach (var folder in ProcessPath)
        {
            yield return "--process-path";
            yield return folder;
        }

        foreach (var (name, value) in ProcessVariables)
        {
            yield return "--process-variable";
            yield return $"{name}={value}";
        }

        if (ProvisioningTime is { } provisioning)
        {
            yield return "--provisioning-milliseconds";
            yield return $"{(int)provisioning.TotalMilliseconds}";
        }
    }
}
