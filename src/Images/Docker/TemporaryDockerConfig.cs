using System.Text.Json.Nodes;
using Images.Registry;

namespace Images.Docker;

/// <summary>
/// Creates a configuration folder of the docker client for one run and deletes it afterwards, because a login leaves a secret there.
/// </summary>
/// <remarks>
/// It has what the user's own configuration has (contexts, plugins, logins to other registries) except the credential store, which would
/// keep the login.
/// </remarks>
internal sealed class TemporaryDockerConfig : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("docker-login-"); // readable by its owner only

    /// <param name="variable">Reads an environment variable.</param>
    public TemporaryDockerConfig(Func<string, string?> variable)
    {
        var own = DockerCredentials.Folder(variable);
        if (!Directory.Exists(own))
            return;
        foreach (var entry in Directory.EnumerateFileSystemEntries(own).Where(entry => System.IO.Path.GetFileName(entry) != "config.json"))
        {
            var link = System.IO.Path.Combine(Path, System.IO.Path.GetFileName(entry));
            if (Directory.Exists(entry))
                Directory.CreateSymbolicLink(link, entry);
            else
                File.CreateSymbolicLink(link, entry);
        }

        var configuration = System.IO.Path.Combine(own, "config.json");
        if (File.Exists(configuration) && JsonNode.Parse(File.ReadAllText(configuration)) is JsonObject json)
        {
            json.Remove("credsStore");
            File.WriteAllText(System.IO.Path.Combine(Path, "config.json"), json.ToJsonString());
        }
    }

    /// <summary>The folder's path, for DOCKER_CONFIG.</summary>
    public string Path => folder.FullName;

    // Deletes the links, not their targets.
    public void Dispose() => folder.Delete(recursive: true);
}
