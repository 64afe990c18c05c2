using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

[assembly: AssemblyFixture(typeof(Docker.EndToEnd.Tests.Engine))]
[assembly: AssemblyFixture(typeof(DemoData))]
// They share the engine, and two cores are what there is.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Docker.EndToEnd.Tests;

/// <summary>A Docker engine and a registry for all tests of this project: those that run here, or some started for them and stopped after them.</summary>
/// <remarks>The engine's layers and the registry's content are kept in ~/.cache/model-training: two gigabytes that a later run neither builds nor pushes.</remarks>
public sealed class Engine : IAsyncLifetime
{
    // The script's exit code for a machine on which no engine can be had.
    private const int Impossible = 3;

    /// <summary>Repository of the images in this engine's registry. One for all tests and runs: docker finds a layer that is there only in the repository it pushes to.</summary>
    public const string Repository = "model-training";

    private static readonly string Script = Path.Combine(Checkout.Repository, "tests", "docker", "engine.py");
    private static readonly string Storage = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        ".cache",
        "model-training",
        "registry"
    );

    private readonly string folder;
    private string? impossible;
    private JsonNode? running;

    public Engine()
    {
        // The same in each run of a repository: an engine that a killed run left behind is found again, used and stopped.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Checkout.Repository)))[..12];
        folder = Path.Combine(Path.GetTempPath(), $"docker-{name}");
    }

    /// <summary>Host and port of the registry, which anybody may use.</summary>
    public string Registry => (string)running!["registry"]!;

    /// <summary>What the engine and the registry wrote to their logs.</summary>
    public IEnumerable<string> Logs => Directory.EnumerateFiles(folder, "*.log");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(Storage);
        var link = Path.Combine(folder, "registry");
        if (!Path.Exists(link))
            Directory.CreateSymbolicLink(link, Storage);
        using var start = new HostRun("python3", [Script, "start", "--folder", folder], folder);
        await start.EndAsync();
        if (start.ExitCode == Impossible)
        {
            impossible = start.Output.Trim();
            return;
        }

        Assert.True(start.ExitCode == 0, start.Output);
        running = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "engine.json")));
    }

    public async ValueTask DisposeAsync()
    {
        using var stop = new HostRun("python3", [Script, "stop", "--folder", folder], Path.GetTempPath());
        await stop.EndAsync();
        Assert.True(stop.ExitCode == 0, stop.Output);
        // The link goes, what it leads to stays.
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A checkout whose image nobody has built before, with this engine and a registry. Leaves the test out where no engine can be had.</summary>
    /// <param name="registry">Host and port; null takes this engine's own.</param>
    /// <param name="repository">Repository of the image.</param>
    public Checkout CheckOut(string? registry = null, string repository = Repository)
    {
        Assert.SkipWhen(impossible is not null, impossible ?? "");
        var checkout = new Checkout(ownSources: true);
        checkout.WriteExperiment(
            ("RUN_PARAMS.STEPS", "3"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64")
        );
        checkout.WriteEnvironment(("REGISTRY", $"\"{registry ?? Registry}\""), ("IMAGE_REPOSITORY", $"\"{repository}\""));
        checkout.Variables["DOCKER_HOST"] = (string)running!["dockerHost"]!;
        File.WriteAllText(Path.Combine(checkout.Root, "src", "training", "detection", "made_for.py"), $"NAME = \"{Guid.NewGuid()}\"\n");
        return checkout;
    }

    /// <summary>The arguments of a target that works with this engine's images.</summary>
    public string[] Arguments(string target, params string[] others) =>
        [$"--target={target}", "--runtime=docker", $"--build-arg=BASE_IMAGE={(string)running!["baseImage"]!}", .. others];

    /// <summary>Runs docker on the engine and returns what it prints.</summary>
    public async Task<string> DockerAsync(params string[] arguments)
    {
        using var docker = new HostRun((string)running!["docker"]!, ["-H", (string)running["dockerHost"]!, .. arguments], folder);
        await docker.EndAsync();
        Assert.True(docker.ExitCode == 0, docker.Output);
        return docker.Output;
    }

    /// <summary>Takes a tag off this engine's registry, as its storage has it: the protocol knows no such call. The manifest stays.</summary>
    public static void DeleteTag(string tag) =>
        Directory.Delete(
            Path.Combine(Storage, "docker", "registry", "v2", "repositories", Repository, "_manifests", "tags", tag),
            recursive: true
        );
}
