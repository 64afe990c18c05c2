using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fixtures.Checkouts;

namespace Fixtures.Engines;

/// <summary>
/// Provides the tests of one project with a Docker engine, a registry and a Debian base image: running ones, or some that
/// <c>tests/docker/engine.py</c> starts and that are stopped after the tests.
/// </summary>
/// <remarks>The slow parts, such as the base image and the engine's layers, are kept in ~/.cache/model-training.</remarks>
/// <param name="name">Part of the name of its folder. A later run with the same name finds, uses and stops an engine that a killed run
/// left.</param>
public abstract class DockerEngine(string name) : IAsyncLifetime
{
    // The script's exit code on a machine where no engine can run.
    private const int Impossible = 3;

    private string? impossible;
    private JsonElement running;

    /// <summary>Absolute path of the script.</summary>
    public static string Script { get; } = Path.Combine(Checkout.Repository, "tests", "docker", "engine.py");

    /// <summary>Sockets, logs and the registry's content, where a later run finds them: the folder for temporary files has another name
    /// then.</summary>
    public string Folder { get; } = $"/tmp/{name}-{HashOf(Checkout.Repository)}";

    /// <summary>The line of JSON that the script printed.</summary>
    public string Started { get; private set; } = "";

    /// <summary>Address of the engine, <c>unix:///…</c>.</summary>
    public string Host => Read("dockerHost");

    /// <summary>Host and port of a registry that needs no sign-in.</summary>
    public string Registry => Read("registry");

    /// <summary>A minimal Debian.</summary>
    public string BaseImage => Read("baseImage");

    /// <summary>The logs of the engine and the registry.</summary>
    public IEnumerable<string> Logs => Directory.EnumerateFiles(Folder, "*.log");

    public virtual async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder);
        var start = await Command.RunAsync("python3", [Script, "start", "--folder", Folder]);
        if (start.ExitCode == Impossible)
        {
            impossible = start.Log.Trim();
            return;
        }

        Started = start.Succeeded().Output.Trim();
        running = JsonDocument.Parse(Started).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        (await Command.RunAsync("python3", [Script, "stop", "--folder", Folder])).Succeeded();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Skips the test, with the reason, on a machine where no engine can run.</summary>
    public void Require() => Assert.SkipWhen(impossible is not null, impossible ?? "");

    /// <summary>Runs docker on the engine.</summary>
    public Task<Command> DockerAsync(params string[] arguments) => DockerAsync(arguments, []);

    /// <summary>As <see cref="DockerAsync(string[])"/>, with additional environment variables and a text for its standard input.</summary>
    public Task<Command> DockerAsync(string[] arguments, (string Name, string Value)[] variables, string input = "")
    {
        Require();
        return Command.RunAsync(Read("docker"), arguments, [("DOCKER_HOST", Host), ("DOCKER_BUILDKIT", "1"), .. variables], input);
    }

    /// <summary>Runs docker, which must succeed, and returns its output.</summary>
    public async Task<string> OutputOfAsync(params string[] arguments) => (await DockerAsync(arguments)).Succeeded().Output.Trim();

    /// <summary>Reads the description of an image, as <c>docker image inspect</c> prints it.</summary>
    public async Task<JsonElement> InspectAsync(string image) =>
        JsonDocument.Parse(await OutputOfAsync("image", "inspect", image)).RootElement[0];

    private string Read(string key) => running.GetProperty(key).GetString()!;

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
