using System.Text.Json.Nodes;
using Images.Registry;

namespace Build.Docker;

/// <summary>A configuration of the docker client for one run, gone with it: what a login leaves there is a secret that must not outlive the run.</summary>
/// <remarks>It holds what the user's own has (contexts, plugins, logins to other registries), but no credential store, which would keep the login.</remarks>
internal sealed class LoginFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("docker-login-"); // readable by its owner alone

    public LoginFolder(Func<string, string?> variable)
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

    public string Path => folder.FullName;

    // Links are removed, not what they lead to.
    public void Dispose() => folder.Delete(recursive: true);
}
