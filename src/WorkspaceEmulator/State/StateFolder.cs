using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.State;

/// <summary>Represents the emulator's folder: the paths of its files, and the lock that keeps a second emulator out.</summary>
public sealed class StateFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream fileLock;

    private StateFolder(string root, FileStream heldLock)
    {
        Root = root;
        fileLock = heldLock;
    }

    public string Root { get; }
    public string EndpointFile => Path.Combine(Root, "emulator.json");
    public string Certificate => Path.Combine(Root, "emulator.crt");
    public string CertificateKey => Path.Combine(Root, "emulator.key");
    public string Token => Path.Combine(Root, "token");
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
    public string Vaults => Path.Combine(Root, "vaults");
    public string Workspaces => Path.Combine(Root, "workspaces");

    public string WorkspaceFolder(WorkspaceName workspace) => Path.Combine(Workspaces, workspace.Key);

    public string Storage(WorkspaceName workspace, string datastore) => Path.Combine(Root, "storage", workspace.Key, datastore);

    /// <summary>Returns the folder of the copy of a datastore in a storage account.</summary>
    public string Mirror(WorkspaceName workspace, string datastore) => Path.Combine(Root, "mirrors", workspace.Key, datastore);

    /// <summary>Creates the folder when it is missing, and takes its lock.</summary>
    /// <exception cref="StateFolderInUseException">Another emulator holds it.</exception>
    public static StateFolder Open(string root)
    {
        Directory.CreateDirectory(root, OwnerOnly | UnixFileMode.UserExecute);
        var path = Path.Combine(root, "lock");
        try
        {
            var heldLock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var folder = new StateFolder(root, heldLock);
            Directory.CreateDirectory(folder.Jobs);
            Directory.CreateDirectory(folder.Workspaces);
            return folder;
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new StateFolderInUseException(root, Path.Combine(root, "emulator.json"), error);
        }
    }

    /// <summary>Replaces a file atomically: a reader sees the old text or the new one.</summary>
    public static void Write(string path, string text, bool ownerOnly = false)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        var settings = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (ownerOnly)
            settings.UnixCreateMode = OwnerOnly;
        using (var writer = new StreamWriter(temporary, settings))
            writer.Write(text);
        File.Move(temporary, path, overwrite: true);
    }

    public void Dispose() => fileLock.Dispose();
}
