using System.Reflection;
using System.Text.Json;
using Experiments.Json;

[assembly: AssemblyFixture(typeof(Images.EndToEnd.Tests.Engine))]
// Builds side by side wait for each other's package folder, and the rebuilds are judged by what the builds before them left in the cache.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Images.EndToEnd.Tests;

/// <summary>
/// A Docker engine for all tests of this project: the one that runs here, or one started for them and stopped after them.
/// </summary>
/// <remarks>
/// What costs time is kept in ~/.cache/model-training: the base image's archive, and the engine's layers and build cache.
/// </remarks>
public sealed class Engine : IAsyncLifetime
{
    // The script's exit code for a machine on which no engine can be had.
    private const int Impossible = 3;

    private string folder = "";
    private string dockerHost = "";
    private string docker = "";
    private string? impossible;

    public static string Repository { get; } =
        typeof(Engine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(pair => pair.Key == "RepositoryRoot").Value!;

    public static string Script => Path.Combine(Repository, "tests", "docker", "engine.py");

    /// <summary>A Debian without anything on it.</summary>
    public string BaseImage { get; private set; } = "";

    public string Folder => folder;

    /// <summary>The line that the start printed.</summary>
    public string Started { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        // The same in each run of a checkout: an engine that a killed run left behind is found again, used and stopped.
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

    /// <summary>Runs docker; the test is skipped, with the reason, on a machine on which no engine can be had.</summary>
    public Task<Command> DockerAsync(params string[] arguments) => DockerAsync(arguments, []);

    /// <summary>As <see cref="DockerAsync(string[])"/>, with environment variables of its own.</summary>
    public async Task<Command> DockerAsync(string[] arguments, (string Name, string Value)[] variables)
    {
        if (impossible is not null)
            Assert.Skip(impossible);
        return await Command.RunAsync(docker, arguments, [("DOCKER_HOST", dockerHost), ("DOCKER_BUILDKIT", "1"), .. variables]);
    }

    /// <summary>Reads a value of an image, as <c>docker image inspect</c> knows it.</summary>
    public async Task<JsonElement> InspectAsync(string image) =>
        JsonDocument.Parse((await DockerAsync("image", "inspect", image)).Succeeded().Output).RootElement[0];
}
