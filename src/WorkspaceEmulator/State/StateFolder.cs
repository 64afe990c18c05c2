using System.Text.Json;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.State;

/// <summary>Represents the emulator's folder: the paths of its files, and the lock that keeps a second emulator out.</summary>
public sealed class StateFolder : IDisposable
{
    private const string FolderInItsPlace = "it is a folder";
    private readonly FileStream fileLock;
    private readonly Lock settingAside = new();

    private StateFolder(string root, FileStream heldLock, TimeProvider time)
    {
        Root = root;
        fileLock = heldLock;
        Pending = new(Warnings, time);
        JobFiles = new(Jobs);
    }

    public string Root { get; }
    public string EndpointFile => Path.Combine(Root, "emulator.json");

    /// <summary>Gets the file that says how the last emulator ended and what became of its jobs.</summary>
    public string LastEnd => Path.Combine(Root, "last-end.json");
    public string Certificate => Path.Combine(Root, "emulator.crt");
    public string CertificateKey => Path.Combine(Root, "emulator.key");
    public string Token => Path.Combine(Root, "token");

    /// <summary>Gets the file with the token of the studio's address.</summary>
    public string StudioToken => Path.Combine(Root, "studio-token");
    public string SecretsKey => Path.Combine(Root, "secrets.key");

    /// <summary>
    /// Gets the file that names Docker engines that may still hold containers of jobs, one per line. It is missing when there are none.
    /// </summary>
    public string ContainerEngines => Path.Combine(Root, "container-engines");
    public string RegistryTokenKey => Path.Combine(Root, "registry-token.key");

    /// <summary>Gets the certificate by which a registry trusts tokens (<c>rootcertbundle</c>).</summary>
    public string RegistryTokenCertificate => Path.Combine(Root, "registry-token.crt");

    /// <summary>Gets the same key as a JSON web key set (<c>jwks</c>).</summary>
    public string RegistryTokenKeySet => Path.Combine(Root, "registry-token.jwks.json");
    public string Jobs => Path.Combine(Root, "jobs");

    /// <summary>
    /// Gets the folder in which Check-Data leaves what it found: a JSON file for each dataset, named by the dataset's hash.
    /// </summary>
    public string DataChecks => Path.Combine(Root, "data-checks");
    public string Vaults => Path.Combine(Root, "vaults");
    public string Workspaces => Path.Combine(Root, "workspaces");

    /// <summary>Gets what a person should know about the folder: files that were damaged, state that cannot be written.</summary>
    public StateWarnings Warnings { get; } = new();

    /// <summary>Gets the writer of state that is decided in memory.</summary>
    public PendingWrites Pending { get; }

    /// <summary>Gets the folders of jobs. Jobs write to them, so everything in them is opened through it.</summary>
    internal ConfinedFolder JobFiles { get; }

    private string[] Files =>
        [
            EndpointFile,
            LastEnd,
            Certificate,
            CertificateKey,
            Token,
            StudioToken,
            SecretsKey,
            ContainerEngines,
            RegistryTokenKey,
            RegistryTokenCertificate,
            RegistryTokenKeySet,
        ];

    public string WorkspaceFolder(WorkspaceName workspace) => Path.Combine(Workspaces, workspace.Key);

    public string Storage(WorkspaceName workspace, string datastore) => Path.Combine(Root, "storage", workspace.Key, datastore);

    /// <summary>Returns the folder of a workspace's Azurite.</summary>
    public string Azurite(WorkspaceName workspace) => Path.Combine(Root, "azurite", workspace.Key);

    /// <summary>Returns the folder of the copy of a datastore in a storage account.</summary>
    public string Mirror(WorkspaceName workspace, string datastore) => Path.Combine(Root, "mirrors", workspace.Key, datastore);

    /// <summary>Returns the folder for what clients say about the blobs of a container.</summary>
    public string BlobFacts(WorkspaceName workspace, string container) => Path.Combine(Root, "blob-facts", workspace.Key, container);

    /// <summary>Gets the folder of uploaded blocks that are no blobs yet.</summary>
    public string BlobBlocks => Path.Combine(Root, "blob-blocks");

    /// <summary>Creates the folder when it is missing, closes it to other users, and takes its lock.</summary>
    /// <exception cref="StateFolderInUseException">Another emulator holds it.</exception>
    /// <exception cref="IOException">It cannot be created, or belongs to another user.</exception>
    public static StateFolder Open(string root, TimeProvider time)
    {
        StateFile.CreateFolder(root);
        FileStream heldLock;
        var path = Path.Combine(root, "lock");
        try
        {
            if (Directory.Exists(path))
                StateFile.SetAside(path);
            heldLock = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = StateFile.OwnerAlone,
                }
            );
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new StateFolderInUseException(root, Path.Combine(root, "emulator.json"), error);
        }

        try
        {
            var folder = new StateFolder(root, heldLock, time);
            StateFile.Close(root);
            StateFile.Sweep(root);
            foreach (var file in folder.Files)
                folder.SetFolderAside(file, "The file is created again.");
            StateFile.CreateFolder(folder.Jobs);
            StateFile.CreateFolder(folder.Workspaces);
            return folder;
        }
        catch
        {
            heldLock.Dispose();
            throw;
        }
    }

    /// <summary>Sets a damaged file aside, when it exists, and warns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="consequence">What that means, as a sentence.</param>
    internal void SetAside(string path, string reason, string consequence)
    {
        // Several requests can find the same damage at once.
        lock (settingAside)
        {
            if (Path.Exists(path))
                Warnings.Add($"{path} is damaged ({reason}) and was set aside as {StateFile.SetAside(path)}. {consequence}");
        }
    }

    /// <summary>Reads a file of JSON. A damaged one is set aside with a warning, and so is a folder in its place.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fault">Says what is wrong with what was read; null for nothing.</param>
    /// <param name="consequence">What it means that the file is damaged, as a sentence.</param>
    /// <returns>What it holds; null when it is missing or damaged.</returns>
    /// <exception cref="IOException">It cannot be read now, as with too many open files; it stays where it is.</exception>
    internal T? ReadJson<T>(string path, Func<T, string?> fault, string consequence)
        where T : class
    {
        string? reason;
        try
        {
            var found = Path.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllText(path)) : null;
            reason = found is null ? "it holds nothing" : fault(found);
            if (reason is null)
                return found;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // It was deleted meanwhile.
        }
        catch (Exception error) when (IsDamage(error))
        {
            reason = Directory.Exists(path) ? FolderInItsPlace : error.Message;
        }

        SetAside(path, reason, consequence);
        return null;
    }

    /// <summary>
    /// Returns whether an error of reading a file says that it is damaged. Other errors may pass, and a sound file must not be set aside
    /// for them.
    /// </summary>
    internal static bool IsDamage(Exception error) =>
        error is JsonException or ArgumentException or InvalidOperationException or UnauthorizedAccessException;

    /// <summary>Sets a folder aside that is in the place of a file, when there is one.</summary>
    internal void SetFolderAside(string path, string consequence)
    {
        if (Directory.Exists(path))
            SetAside(path, FolderInItsPlace, consequence);
    }

    public void Dispose()
    {
        Pending.Dispose();
        fileLock.Dispose();
    }
}
