using System.Text.Json.Nodes;
using Images.Registry;

namespace Images.Docker;

/// <summary>
/// Creates a configuration folder of the docker client for one run and deletes it afterwards, because a login leaves a secret there.
/// </summary>
/// <remarks>
/// It has what the user's own configuration has (contexts, plugins, logins to other registries) except the credential store, which would
/// keep the login. A run that was killed leaves its folder; the next run of this user deletes it, see <see cref="Sweep"/>.
/// </remarks>
public sealed class TemporaryDockerConfig : IDisposable
{
    private const string Prefix = "docker-login-";

    // Locked as long as the run lives, also for other containers that share the folder for temporary files.
    private const string LockFile = ".in-use";

    // A folder without the file is being made right now, or is of an older version.
    private static readonly TimeSpan LongestStart = TimeSpan.FromHours(1);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory(Prefix); // readable by its owner only
    private readonly FileStream inUse;

    /// <param name="variable">Reads an environment variable.</param>
    public TemporaryDockerConfig(Func<string, string?> variable)
    {
        inUse = OpenLock(Path, FileMode.Create);
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

    /// <summary>Deletes the folders of runs that were killed.</summary>
    /// <param name="temporary">The folder for temporary files.</param>
    /// <param name="now">The time.</param>
    public static void Sweep(string temporary, DateTimeOffset now)
    {
        foreach (var left in Directory.EnumerateDirectories(temporary, Prefix + "*"))
        {
            try
            {
                if (File.Exists(System.IO.Path.Combine(left, LockFile)))
                    OpenLock(left, FileMode.Open).Dispose();
                else if (now.UtcDateTime - Directory.GetLastWriteTimeUtc(left) < LongestStart)
                    continue;
                Delete(new DirectoryInfo(left));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another run uses it, or it is another user's.
            }
        }
    }

    public void Dispose()
    {
        Delete(folder);
        inUse.Dispose();
    }

    private static FileStream OpenLock(string folder, FileMode mode) =>
        new(System.IO.Path.Combine(folder, LockFile), mode, FileAccess.ReadWrite, FileShare.None);

    // The secret first. Deletes links, not their targets.
    private static void Delete(DirectoryInfo folder)
    {
        if (!folder.Exists)
            return;
        File.Delete(System.IO.Path.Combine(folder.FullName, "config.json"));
        folder.Delete(recursive: true);
    }
}
