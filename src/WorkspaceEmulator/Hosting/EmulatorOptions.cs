using System.Globalization;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Hosting;

/// <summary>Holds the options of the command line.</summary>
/// <param name="StateFolder">Absolute path of the folder that holds everything the emulator keeps.</param>
/// <param name="Port">TCP port on loopback; 0 takes a free one.</param>
/// <param name="Workspaces">Workspaces that exist from the start.</param>
/// <param name="Location">Region that workspaces report.</param>
/// <param name="IdleTime">Time without requests and active jobs after which the emulator stops.</param>
/// <param name="ProcessPaths">Folders put before PATH of every job.</param>
/// <param name="ProcessVariables">Environment variables that every job gets last.</param>
/// <param name="RecordFile">File that gets the traffic as JSON lines; null records nothing.</param>
/// <param name="ProvisioningTime">Time a cluster takes to be created and a node to start or leave.</param>
/// <param name="TerminationGrace">Time between TERM and KILL when a job is ended.</param>
public sealed record EmulatorOptions(
    string StateFolder,
    int Port,
    IReadOnlyList<WorkspaceName> Workspaces,
    string Location,
    TimeSpan IdleTime,
    IReadOnlyList<string> ProcessPaths,
    IReadOnlyDictionary<string, string> ProcessVariables,
    string? RecordFile,
    TimeSpan ProvisioningTime,
    TimeSpan TerminationGrace
)
{
    private const long MinimumMemory = 6 * 1024 * 1024; // The engine refuses less.

    /// <summary>Environment variable that names the file of <c>--record</c>, for an emulator that another program starts.</summary>
    public const string RecordVariable = "WORKSPACE_EMULATOR_RECORD";

    /// <summary>Environment variable that stands for <c>--job-network</c>, for an emulator that another program starts.</summary>
    public const string NetworkVariable = "WORKSPACE_EMULATOR_JOB_NETWORK";

    /// <summary>Environment variable that stands for <c>--azurite</c>, for an emulator that another program starts.</summary>
    public const string AzuriteVariable = "WORKSPACE_EMULATOR_AZURITE";

    public const string Usage =
        "usage: WorkspaceEmulator --state DIR [--url https://localhost:PORT] [--workspace SUBSCRIPTION/GROUP/NAME]... [--location REGION]\n"
        + "       [--idle-minutes N] [--runtime process|docker] [--docker-host unix:///PATH] [--job-memory SIZE]\n"
        + "       [--job-network bridge|host] [--azurite FOLDER|none]\n"
        + "       [--process-path DIR]... [--process-variable NAME=VALUE]... [--registry-service NAME] [--record FILE]\n"
        + "       [--faults FILE] [--provisioning-milliseconds N] [--quota NAME=N]...\n"
        + "       WorkspaceEmulator --studio FOLDER [--data FOLDER]\n"
        + "       WorkspaceEmulator --print-operations";

    /// <summary>Gets how jobs run.</summary>
    public JobRuntime Runtime { get; init; }

    /// <summary>Gets the socket of the Docker engine that runs jobs: <c>unix:///PATH</c>.</summary>
    public string DockerHost { get; init; } = "unix:///var/run/docker.sock";

    /// <summary>Gets the most bytes of memory that the container of a job may use; null for the memory of its VM size.</summary>
    public long? JobMemory { get; init; }

    /// <summary>Gets the network of the containers of jobs.</summary>
    public JobNetwork JobNetwork { get; init; }

    /// <summary>Gets the Azurite that holds the storage of new workspaces; null for the emulator's own storage.</summary>
    public AzuritePackage? Azurite { get; init; }

    /// <summary>Gets the only registry for which tokens are issued; null for any.</summary>
    public string? RegistryService { get; init; }

    /// <summary>Gets the limits of quotas, by name, that differ from the emulator's own.</summary>
    public IReadOnlyDictionary<string, int> Quotas { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Gets the faults that are injected from the start.</summary>
    internal FaultScript Faults { get; init; } = FaultScript.Empty;

    /// <summary>Returns the options of an emulator that is started with <c>--state</c> alone.</summary>
    public static EmulatorOptions ForFolder(string stateFolder) =>
        new(
            Path.GetFullPath(stateFolder),
            0,
            [],
            "westeurope",
            TimeSpan.FromMinutes(30),
            [],
            new Dictionary<string, string>(StringComparer.Ordinal),
            null,
            TimeSpan.FromMilliseconds(300),
            TimeSpan.FromSeconds(10)
        );

    /// <summary>Reads the command line.</summary>
    /// <returns>Either the options or every fault found.</returns>
    public static (EmulatorOptions? Options, IReadOnlyList<string> Faults) Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var faults = new List<string>();
        var options = ForFolder(".");
        string? state = null;
        string? dockerHost = null;
        string? azurite = null;
        var workspaces = new List<WorkspaceName>();
        var paths = new List<string>();
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var quotas = new Dictionary<string, int>(StringComparer.Ordinal);

        foreach (var (name, value) in Pairs(args, faults))
        {
            switch (name)
            {
                case "--state":
                    state = value;
                    break;
                case "--url":
                    options = options with { Port = ReadPort(value, faults) };
                    break;
                case "--workspace":
                    if (WorkspaceName.TryParse(value, out var workspace))
                        workspaces.Add(workspace);
                    else
                        faults.Add($"--workspace is \"{value}\"; it must be SUBSCRIPTION/GROUP/NAME.");
                    break;
                case "--location":
                    options = options with { Location = value };
                    break;
                case "--idle-minutes":
                    options = options with { IdleTime = TimeSpan.FromMinutes(ReadNumber(name, value, 1, 10080, faults)) };
                    break;
                case "--provisioning-milliseconds":
                    options = options with { ProvisioningTime = TimeSpan.FromMilliseconds(ReadNumber(name, value, 0, 600_000, faults)) };
                    break;
                case "--runtime":
                    if (value is "process" or "docker")
                        options = options with { Runtime = value == "docker" ? JobRuntime.Docker : JobRuntime.Process };
                    else
                        faults.Add($"--runtime is \"{value}\"; it must be process or docker.");
                    break;
                case "--docker-host":
                    dockerHost = value;
                    break;
                case "--job-memory":
                    options = options with { JobMemory = ReadMemory(value, faults) };
                    break;
                case "--job-network":
                    options = options with { JobNetwork = ReadNetwork(name, value, faults) };
                    break;
                case "--azurite":
                    azurite = value;
                    break;
                case "--registry-service":
                    options = options with { RegistryService = value };
                    break;
                case "--process-path":
                    paths.Add(Path.GetFullPath(value));
                    break;
                case "--process-variable":
                    if (value.IndexOf('=', StringComparison.Ordinal) is > 0 and var split)
                        variables[value[..split]] = value[(split + 1)..];
                    else
                        faults.Add("--process-variable must be NAME=VALUE.");
                    break;
                case "--record":
                    options = options with { RecordFile = Path.GetFullPath(value) };
                    break;
                case "--quota":
                    ReadQuota(value, quotas, faults);
                    break;
                case "--faults":
                    options = options with { Faults = ReadFaults(value, faults) };
                    break;
                default:
                    faults.Add($"{name} is not known.");
                    break;
            }
        }

        if (
            Environment.GetEnvironmentVariable(NetworkVariable) is { Length: > 0 } network
            && !args.Any(argument => argument.StartsWith("--job-network", StringComparison.Ordinal))
        )
        {
            options = options with { JobNetwork = ReadNetwork(NetworkVariable, network, faults) };
        }

        options = options with { Azurite = FindAzurite(azurite, faults) };
        if (options.Runtime == JobRuntime.Docker || dockerHost is not null)
            options = options with { DockerHost = ReadDockerHost(dockerHost, options.DockerHost, faults) };
        if (state is null)
            faults.Add("--state is missing; it must name the folder that holds the emulator's state.");
        return faults.Count > 0
            ? (null, faults)
            : (
                options with
                {
                    StateFolder = Path.GetFullPath(state!),
                    Workspaces = workspaces,
                    ProcessPaths = paths,
                    ProcessVariables = variables,
                    Quotas = quotas,
                },
                faults
            );
    }

    // Accepts `--name value` and `--name=value`.
    private static IEnumerable<(string Name, string Value)> Pairs(IReadOnlyList<string> args, List<string> faults)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var split = args[i].IndexOf('=', StringComparison.Ordinal);
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                faults.Add($"\"{args[i]}\" is not an option.");
            else if (split > 0)
                yield return (args[i][..split], args[i][(split + 1)..]);
            else if (i + 1 < args.Count)
                yield return (args[i], args[++i]);
            else
                faults.Add($"{args[i]} has no value.");
        }
    }

    private static int ReadPort(string value, List<string> faults)
    {
        if (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.IsLoopback)
            return url.IsDefaultPort && !value.Contains(":443", StringComparison.Ordinal) ? 0 : url.Port;
        faults.Add($"--url is \"{value}\"; it must be https://localhost:PORT, with port 0 for any free one.");
        return 0;
    }

    private static string ReadDockerHost(string? given, string standard, List<string> faults)
    {
        var (name, value) = given is null ? ("DOCKER_HOST", Environment.GetEnvironmentVariable("DOCKER_HOST")) : ("--docker-host", given);
        if (string.IsNullOrEmpty(value) && given is null)
            return standard;
        if (value!.StartsWith("unix:///", StringComparison.Ordinal))
            return value;
        faults.Add($"{name} is \"{value}\"; it must be unix:///PATH, as jobs mount folders of this machine.");
        return standard;
    }

    private static AzuritePackage? FindAzurite(string? given, List<string> faults)
    {
        var (name, folder) = given is null ? (AzuriteVariable, Environment.GetEnvironmentVariable(AzuriteVariable)) : ("--azurite", given);
        var path = Environment.GetEnvironmentVariable("PATH");
        if (folder is AzuritePackage.None)
            return null;
        if (string.IsNullOrEmpty(folder))
            return AzuritePackage.Find(path);
        if (AzuritePackage.In(folder, path) is { } found)
            return found;
        faults.Add(
            $"{name} is \"{folder}\"; it must be none, or the folder of npm's package azurite, with Node on the PATH. "
                + "'npm install azurite' makes it: node_modules/azurite."
        );
        return null;
    }

    private static JobNetwork ReadNetwork(string name, string value, List<string> faults)
    {
        if (value is not ("bridge" or "host"))
            faults.Add($"{name} is \"{value}\"; it must be bridge or host.");
        return value == "host" ? JobNetwork.Host : JobNetwork.Bridge;
    }

    private static void ReadQuota(string value, Dictionary<string, int> quotas, List<string> faults)
    {
        var split = value.LastIndexOf('=');
        var name =
            split < 0 ? null : QuotaNames.All.FirstOrDefault(known => known.Equals(value[..split], StringComparison.OrdinalIgnoreCase));
        if (name is not null && int.TryParse(value[(split + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
        {
            quotas[name] = limit;
        }
        else
        {
            faults.Add(
                $"--quota is \"{value}\"; it must be NAME=N with a whole number N and one of these names: "
                    + $"{string.Join(", ", QuotaNames.All)}."
            );
        }
    }

    private static FaultScript ReadFaults(string file, List<string> faults)
    {
        try
        {
            var (script, found) = FaultScriptReader.Read(File.ReadAllBytes(file), file);
            faults.AddRange(found);
            return script ?? FaultScript.Empty;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add($"--faults is \"{file}\"; it must be a file that can be read ({error.Message}).");
            return FaultScript.Empty;
        }
    }

    private static long? ReadMemory(string value, List<string> faults)
    {
        if (ByteSize.TryParse(value, out var bytes) && bytes >= MinimumMemory)
            return bytes;
        faults.Add($"--job-memory is \"{value}\"; it must be a size of at least 6m, such as 512m or 8g.");
        return null;
    }

    private static int ReadNumber(string name, string value, int minimum, int maximum, List<string> faults)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
            return number;
        faults.Add($"{name} is \"{value}\"; it must be a whole number from {minimum} to {maximum}.");
        return minimum;
    }
}
