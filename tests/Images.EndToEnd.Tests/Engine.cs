using System.Reflection;
using System.Text.Json;
using Experiments.Json;

[assembly: AssemblyFixture(typeof(Images.EndToEnd.Tests.Engine))]
// Concurrent builds wait for each other's package folder, and the rebuilds depend on the cache of the builds before them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Images.EndToEnd.Tests;

/// <summary>
/// Provides all tests of this project with a Docker engine: one that is running, or one that is started for them and stopped afterwards.
/// </summary>
/// <remarks>
/// The base image's archive and the engine's layers and build cache are kept in ~/.cache/model-training, because they take long to create.
/// </remarks>
public sealed class Engine : IAsyncLifetime
{
    // The script's exit code on a machine where no engine can run.
    private const int Impossible = 3;

    private string folder = "";
    private string dockerHost = "";
    private string docker = "";
    private string? impossible;

    public static string Repository { get; } =
        typeof(Engine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(pair => pair.Key == "RepositoryRoot").Value!;

    public static string Script => Path.Combine(Repository, "tests", "docker", "engine.py");

    /// <summary>A bare Debian.</summary>
    public string BaseImage { get; private set; } = "";

    public string Folder => folder;

    /// <summary>The line that the start printed.</summary>
    public string Started { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        // The same in each run of a checkout, so that the engine of a killed run is found, used and stopped.
        folder = Path.Combine(Path.GetTempPath(), "images-" + ContentHash.Of(Repository)[..12]);
        var start = await Command.RunAsync("python3", [Script, "start", "--folder", folder]);
        if (start.ExitCode == Impossible)
        {
            impossible = start.Log.Trim();
            return;
        }

        Started = start.Succeeded().Output.Trim();
        var engine = JsonDocument.Parse(Started).RootElement;
        dockerHost = engine.GetProperty("dockerHost").GetString()!;
        docker = engine.GetProperty("docker").GetString()!;
        BaseImage = engine.GetProperty("baseImage").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        (await Command.RunAsync("python3", [Script, "stop", "--folder", folder])).Succeeded();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Runs docker. Skips the test, with the reason, on a machine where no engine can run.</summary>
    public Task<Command> DockerAsync(params string[] arguments) => DockerAsync(arguments, []);

    /// <summary>Runs docker with additional environment variables.</summary>
    public async Task<Command> DockerAsync(string[] arguments, (string Name, string Value)[] variables)
    {
        if (impossible is not null)
            Assert.Skip(impossible);
        return await Command.RunAsync(docker, arguments, [("DOCKER_HOST", dockerHost), ("DOCKER_BUILDKIT", "1"), .. variables]);
    }

    /// <summary>Reads the description of an image that <c>docker image inspect</c> prints.</summary>
    public async Task<JsonElement> InspectAsync(string image) =>
        JsonDocument.Parse((await DockerAsync("image", "inspect", image)).Succeeded().Output).RootElement[0];
}
