using Experiments.Plans;

namespace Workspaces.LocalEmulator;

/// <summary>Sets which emulator to use and how to start it.</summary>
/// <param name="StateFolder">Absolute path of the emulator's state folder; one emulator runs per folder.</param>
/// <param name="Command">Program and first arguments: <c>dotnet</c> and the path of WorkspaceEmulator.dll, or its apphost.</param>
/// <param name="Workspaces">Workspaces that it must have; their endpoints are ignored.</param>
public sealed record EmulatorSettings(string StateFolder, IReadOnlyList<string> Command, IReadOnlyList<WorkspaceAddress> Workspaces)
{
    /// <summary>Gets the address to listen on; port 0 means any free port.</summary>
    public Uri Url { get; init; } = new("https://localhost:0");

    /// <summary>
    /// Gets the time without a request and without an active job after which the emulator exits; whole minutes, at least 1; 30 minutes by
    /// default.
    /// </summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Gets the folders searched first for a job's programs, such as the folder of the Python with torch.</summary>
    public IReadOnlyList<string> ProcessPath { get; init; } = [];

    /// <summary>Gets the environment variables of every job; never a secret, since they are on the emulator's command line.</summary>
    public IReadOnlyDictionary<string, string> ProcessVariables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Gets the runtime of the jobs: <c>process</c> or <c>docker</c>. A running emulator with the other one is restarted once no job is
    /// active.
    /// </summary>
    public string Runtime { get; init; } = "process";

    /// <summary>Gets the address of the Docker engine in the form of DOCKER_HOST; null: the engine's default socket.</summary>
    public string? DockerHost { get; init; }

    /// <summary>Gets the file to which the emulator's traffic is recorded; null: recording is unchanged.</summary>
    public string? RecordingFile { get; init; }

    /// <summary>Gets the fault script to activate; null: the active one is unchanged.</summary>
    public string? FaultScriptFile { get; init; }

    /// <summary>Gets the time that creating a cluster takes; null: the emulator's default.</summary>
    public TimeSpan? ProvisioningTime { get; init; }

    /// <summary>Gets the time within which the emulator must listen; 60 seconds by default.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets the assembly whose build a running emulator must have to be current.</summary>
    internal string AssemblyPath =>
        Command.FirstOrDefault(part => part.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) ?? $"{Command[0]}.dll";

    /// <summary>Returns the emulator's command-line arguments.</summary>
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
