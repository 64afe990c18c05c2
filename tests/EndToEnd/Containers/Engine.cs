using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(EndToEnd.Containers.Engine))]

namespace EndToEnd.Containers;

/// <summary>A Docker engine, a registry and a Debian image, as tests/docker/engine.py starts them; shared by all tests and stopped after them.</summary>
public sealed class Engine : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine-").FullName;
    private string? _missing;
    private JsonNode? _running;

    /// <summary>Address of the engine: <c>unix:///…</c>.</summary>
    public string Host => (string)_running!["dockerHost"]!;

    /// <summary>Host and port of a registry anybody may use.</summary>
    public string Registry => (string)_running!["registry"]!;

    public async ValueTask InitializeAsync()
    {
        var (code, output, errors) = await RunAsync("python3", [Script(), "start", "--folder", _folder]);
        if (code == 0)
            _running = JsonNode.Parse(output);
        else if (Environment.IsPrivilegedProcess)
            throw new InvalidOperationException($"engine.py ended with {code}: {errors}");
        else
            _missing = errors.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("python3", [Script(), "stop", "--folder", _folder]);
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Leaves the test out where an engine neither answers nor may be started.</summary>
    public void Require() => Assert.SkipWhen(_missing is not null, _missing ?? "");

    /// <summary>Runs docker on the engine and returns what it prints.</summary>
    public async Task<string> DockerAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync((string)_running!["docker"]!, ["-H", Host, .. arguments]);
        Assert.True(code == 0, $"docker {string.Join(' ', arguments)} ended with {code}: {errors}");
        return output.Trim();
    }

    /// <summary>Signs in to a registry and returns what docker prints; the credentials stay in the folder.</summary>
    public async Task<string> LoginAsync(string registry, string user, string password, string folder)
    {
        var (_, output, errors) = await RunAsync(
            (string)_running!["docker"]!,
            ["--config", folder, "-H", Host, "login", registry, "--username", user, "--password-stdin"],
            password
        );
        return output + errors;
    }

    /// <summary>Pushes the base image under a new name, forgets it locally, and returns its reference by digest.</summary>
    public async Task<string> PushAsync(string registry, string repository, string tag = "1", string? configuration = null)
    {
        var name = $"{registry}/{repository}:{tag}";
        await DockerAsync("tag", (string)_running!["baseImage"]!, name);
        var pushed = await DockerAsync(["--config", configuration ?? _folder, "push", name]);
        await DockerAsync("rmi", name);
        var digest = pushed.Split(' ').First(word => word.StartsWith("sha256:", StringComparison.Ordinal));
        return $"{registry}/{repository}@{digest}";
    }

    /// <summary>Ids of the containers of the jobs of one state folder, running or not.</summary>
    public async Task<string[]> ContainersOfAsync(string stateFolder) =>
        (await DockerAsync("ps", "--all", "--quiet", "--filter", $"label=io.model-training.state={stateFolder}")).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string program, string[] arguments, string input = "")
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    private static string Script([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(file, "..", "..", "..", "docker", "engine.py"));
}
