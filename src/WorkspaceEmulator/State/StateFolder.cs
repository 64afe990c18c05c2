using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.State;

/// <summary>The emulator's folder: which file is where, and the lock that keeps a second emulator out.</summary>
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

    /// <summary>Names the Docker engines that may still hold containers of jobs, one a line; missing when no job ran in one.</summary>
    public string ContainerEngines => Path.Combine(Root, "container-engines");
    public string RegistryTokenKey => Path.Combine(Root, "registry-token.key");

    /// <summary>The certificate a registry trusts tokens by (<c>rootcertbundle</c>).</summary>
    public string RegistryTokenCertificate => Path.Combine(Root, "registry-token.crt");

    /// <summary>The same trust as a JSON web key set (<c>jwks</c>).</summary>
    public string RegistryTokenKeySet => Path.Combine(Root, "registry-token.jwks.json");
    public string Jobs => Path.Combine(Root, "jobs");
    public string Vaults => Path.Combine(Root, "vaults");
    public string Workspaces => Path.Combine(Root, "workspaces");

    public string WorkspaceFolder(WorkspaceName workspace) => Path.Combine(Workspaces, workspace.Key);

    public string Storage(WorkspaceName workspace, string datastore) => Path.Combine(Root, "storage", workspace.Key, datastore);

    /// <summary>The copy of what jobs read from a datastore in a storage account.</summary>
    public string Mirror(WorkspaceName workspace, string datastore) => Path.Combine(Root, "mirrors", workspace.Key, datastore);

    /// <summary>Makes the folder when it is missing and takes its lock.</summary>
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

    /// <summary>Replaces a file as a whole: a reader sees the old text or the new one, never half of it.</summary>
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
