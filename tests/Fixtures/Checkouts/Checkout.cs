using System.Reflection;
using System.Text.Json.Nodes;

namespace Fixtures.Checkouts;

/// <summary>
/// A separate checkout: this repository's sources, with the state, artifacts and experiments of a test. Its emulator ends with it.
/// </summary>
public sealed class Checkout : IAsyncDisposable
{
    public static string Repository { get; } = Metadata("RepositoryRoot");

    /// <summary>The host that the tests start: the one that runs the suite, compiled ahead, or else the one of this build.</summary>
    public static string Host { get; } =
        Environment.GetEnvironmentVariable("TESTED_HOST") is { Length: > 0 } path ? path : Metadata("HostPath");

    /// <summary>The emulator that this host starts. A host replaces the emulator of another build.</summary>
    public static string Emulator { get; } =
        Path.Combine(
            Repository,
            "src",
            "WorkspaceEmulator",
            "bin",
            Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(Host)!)!),
            "net10.0",
            "WorkspaceEmulator.dll"
        );

    private readonly List<HostRun> runs = [];

    /// <summary>File the traffic of its emulator is recorded to.</summary>
    public string Traffic { get; }

    /// <param name="ownSources">Whether the trainer and the Dockerfiles are copies, which a test may change and an engine can read; else
    /// links.</param>
    /// <param name="wholeTrainer">Whether the trainer writes plots and exports.</param>
    /// <param name="prefix">Prefix of its folder's name.</param>
    public Checkout(bool ownSources = false, bool wholeTrainer = false, string prefix = "model-training-")
    {
        Root = Directory.CreateTempSubdirectory(prefix).FullName;
        // The Test target gives every suite a folder when it checks the traffic of all.
        Traffic = Environment.GetEnvironmentVariable("TRAFFIC_FOLDER") is { Length: > 0 } folder
            ? Path.Combine(folder, $"{Path.GetFileName(Root)}.jsonl")
            : Path.Combine(Root, "traffic.jsonl");
        Variables["WORKSPACE_EMULATOR_RECORD"] = Traffic;
        Variables["WORKSPACE_EMULATOR_JOB_NETWORK"] = "host"; // The engine of the tests has no bridge.
        Directory.CreateDirectory(Path.Combine(Root, "exp_configs"));
        Directory.CreateDirectory(Path.Combine(Root, "configuration"));
        File.Copy(Path.Combine(Repository, "configuration", "local_config.json"), Path.Combine(Root, "configuration", "local_config.json"));
        if (ownSources)
        {
            Copy(Path.Combine("src", "training"), Root);
            Copy("docker", Root);
            if (!wholeTrainer)
                ShortTrainer.Shorten(Root);
        }
        else
        {
            Directory.CreateSymbolicLink(Path.Combine(Root, "docker"), Path.Combine(Repository, "docker"));
            if (wholeTrainer)
                Directory.CreateSymbolicLink(Path.Combine(Root, "src"), Path.Combine(Repository, "src"));
            else
                ShortTrainer.Link(Root);
        }

        if (File.Exists(Path.Combine(Repository, ".dockerignore")))
            File.Copy(Path.Combine(Repository, ".dockerignore"), Path.Combine(Root, ".dockerignore"));
    }

    public string Root { get; }

    /// <summary>Lets trainings pause between steps, so that a test sees them before they end. The sources are the checkout's own.</summary>
    public void PauseTrainings() => ShortTrainer.Pause(Root);

    /// <summary>Environment variables of the runs, on top of the test's own.</summary>
    /// <remarks>As in a pipeline, no question is shown. A Docker engine of the machine is not used.</remarks>
    public IDictionary<string, string> Variables { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["CI"] = "true", ["DOCKER_HOST"] = "unix:///nonexistent/docker.sock" };

    public string EmulatorState => Path.Combine(Root, ".local", "emulator", "emulator.json");

    /// <summary>The demo's experiment with some values replaced; <c>exp_configs/demo.json</c> of the checkout.</summary>
    /// <param name="changes">Key paths and their values as JSON.</param>
    public void WriteExperiment(params (string Path, string Json)[] changes)
    {
        var file = Path.Combine("exp_configs", "demo.json");
        WriteChanged(Path.Combine(Repository, file), Path.Combine(Root, file), changes);
    }

    /// <summary>The environment config of this machine with some values replaced.</summary>
    /// <param name="changes">Key paths and their values as JSON.</param>
    public void WriteEnvironment(params (string Path, string Json)[] changes)
    {
        var file = Path.Combine("configuration", "local_config.json");
        WriteChanged(Path.Combine(Repository, file), Path.Combine(Root, file), changes);
    }

    /// <summary>Adds a datastore of this machine to the environment config.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="folder">Relative to the checkout.</param>
    public void AddDatastore(string name, string folder)
    {
        var file = Path.Combine(Root, "configuration", "local_config.json");
        WriteChanged(file, file, [($"DATASTORES.{name}.FOLDER", $"\"{folder}\"")]);
    }

    /// <summary>Starts the host on this checkout.</summary>
    public HostRun Start(params string[] arguments)
    {
        var run = new HostRun(
            "dotnet",
            [Host, $"--working={Root}", .. arguments],
            Root,
            [.. Variables.Select(pair => (pair.Key, pair.Value))]
        );
        lock (runs)
            runs.Add(run);
        return run;
    }

    /// <summary>Runs the host to its end.</summary>
    public async Task<HostRun> RunAsync(params string[] arguments)
    {
        var run = Start(arguments);
        await run.EndAsync();
        return run;
    }

    /// <summary>Runs the host to its end, which must be exit code 0.</summary>
    public async Task<HostRun> SucceedAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Output);
        return run;
    }

    /// <summary>The last plan's own file.</summary>
    public string PlanFile =>
        Path.Combine(
            Root,
            "artifacts",
            (string)JsonNode.Parse(File.ReadAllText(Path.Combine(Root, "artifacts", "plan.json")))!["plan"]!,
            "plan.json"
        );

    public JsonNode ReadPlan() => JsonNode.Parse(File.ReadAllText(PlanFile))!;

    /// <summary>Reads <c>artifacts/outcome.json</c>.</summary>
    public JsonNode ReadOutcome() => JsonNode.Parse(File.ReadAllText(Path.Combine(Root, "artifacts", "outcome.json")))!;

    public async ValueTask DisposeAsync()
    {
        foreach (var run in runs)
            run.Dispose();
        await StopEmulatorAsync();
        foreach (var run in runs)
            run.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    // By SIGTERM, which Stop-Emulator's request equals, where that spares the start of a host.
    private async Task StopEmulatorAsync()
    {
        var folder = Path.GetDirectoryName(EmulatorState)!;
        var id = File.Exists(EmulatorState) ? (int)JsonNode.Parse(await File.ReadAllTextAsync(EmulatorState))!["processId"]! : 0;
        if (id > 0 && ProcessTable.IsAlive(id))
        {
            using var kill = new HostRun("kill", ["-TERM", $"{id}"], Root);
            await kill.EndAsync();
            await TrainerProcesses.UntilAsync(() => !Directory.Exists($"/proc/{id}"), $"the emulator (process {id}) ends after SIGTERM");
        }
        else if (Directory.Exists(folder) && !File.Exists(Path.Combine(folder, "last-end.json")))
        {
            await RunAsync("--target=Stop-Emulator");
        }
    }

    private static void WriteChanged(string source, string target, (string Path, string Json)[] changes)
    {
        var json = JsonNode.Parse(File.ReadAllText(source))!.AsObject();
        foreach (var (path, value) in changes)
        {
            var owner = json;
            var keys = path.Split('.');
            foreach (var key in keys[..^1])
                owner = (owner[key] ??= new JsonObject()).AsObject();
            owner[keys[^1]] = JsonNode.Parse(value);
        }

        File.WriteAllText(target, json.ToJsonString());
    }

    /// <summary>Copies a folder of the repository, with the times of its files, so that Python's compiled files fit too.</summary>
    internal static void Copy(string folder, string root)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository, folder), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(root, Path.GetRelativePath(Repository, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string Metadata(string key) =>
        typeof(Checkout).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
