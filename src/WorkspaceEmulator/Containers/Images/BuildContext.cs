using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using WorkspaceEmulator.Files;

namespace WorkspaceEmulator.Containers.Images;

/// <summary>Writes the archive of a build context. The same content gives the same bytes.</summary>
/// <remarks>
/// A blob has no mode, owner or time, so neither has a file of a context: its mode is 0644, its owner root, its time 1970. Links are left
/// out.
/// </remarks>
internal sealed class BuildContext : IDisposable
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private readonly TarWriter archive;
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);

    public BuildContext(Stream archive) => this.archive = new(archive, TarEntryFormat.Gnu, leaveOpen: true);

    /// <summary>Adds every file of a folder.</summary>
    /// <param name="root">A folder above it. No link below that is followed.</param>
    /// <param name="path">Its path there.</param>
    /// <returns>Whether the context holds any file.</returns>
    public bool AddFolder(ConfinedFolder root, string path)
    {
        foreach (var file in root.ListFiles(path).Order(StringComparer.Ordinal))
        {
            if (root.OpenRead($"{path}/{file}") is not { } handle)
                continue; // Deleted since, or replaced by a link.
            using var content = new FileSnapshot(handle);
            Add(file, content);
        }

        return folders.Count > 0;
    }

    /// <summary>Adds a file with a text.</summary>
    public void AddText(string path, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        Add(path, content);
    }

    public void Dispose() => archive.Dispose();

    /// <summary>Returns what identifies an image that is built from a context: the same for the same content and Dockerfile.</summary>
    /// <param name="archive">The archive, which is read to its end.</param>
    /// <param name="dockerfile">Path of the Dockerfile in the context.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<string> HashAsync(Stream archive, string dockerfile, CancellationToken cancellationToken)
    {
        var content = await SHA256.HashDataAsync(archive, cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData([.. content, .. Encoding.UTF8.GetBytes(dockerfile)]))[..32];
    }

    private void Add(string path, Stream content)
    {
        var parts = path.Split('/');
        // The empty path stands for the context itself, which tells that there is a file.
        for (var depth = 0; depth < parts.Length; depth++)
        {
            var folder = string.Join('/', parts[..depth]);
            if (folders.Add(folder) && depth > 0)
                Write(new(TarEntryType.Directory, $"{folder}/"), FolderMode);
        }

        Write(new(TarEntryType.RegularFile, path) { DataStream = content }, FileMode);
    }

    private void Write(GnuTarEntry entry, UnixFileMode mode)
    {
        entry.Mode = mode;
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        entry.AccessTime = entry.ChangeTime = DateTimeOffset.UnixEpoch;
        archive.WriteEntry(entry);
    }
}
