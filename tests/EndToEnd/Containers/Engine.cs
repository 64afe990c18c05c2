using EndToEnd.Containers;
using Fixtures.Engines;

[assembly: AssemblyFixture(typeof(Engine))]

namespace EndToEnd.Containers;

/// <summary>Provides all tests of this project with one Docker engine and one registry.</summary>
public sealed class Engine() : DockerEngine("containers")
{
    /// <summary>Signs in to a registry and returns what docker prints. The credentials stay in <paramref name="folder"/>.</summary>
    public async Task<string> LoginAsync(string registry, string user, string password, string folder) =>
        (await DockerAsync(["--config", folder, "login", registry, "--username", user, "--password-stdin"], [], password)).Everything;

    /// <summary>Pushes the base image under a new name, removes that name from the engine, and returns the reference by digest.</summary>
    public async Task<string> PushAsync(string registry, string repository, string tag = "1", string? configuration = null)
    {
        var name = $"{registry}/{repository}:{tag}";
        await OutputOfAsync("tag", BaseImage, name);
        var pushed = await OutputOfAsync("--config", configuration ?? Folder, "push", name);
        await OutputOfAsync("rmi", "--force", name);
        var digest = pushed.Split(' ').First(word => word.StartsWith("sha256:", StringComparison.Ordinal));
        return $"{registry}/{repository}@{digest}";
    }

    /// <summary>Lists the ids of the containers of one state folder's jobs, running or not.</summary>
    public async Task<string[]> ContainersOfAsync(string stateFolder) =>
        (await OutputOfAsync("ps", "--all", "--quiet", "--filter", $"label=io.model-training.state={stateFolder}")).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );
}
