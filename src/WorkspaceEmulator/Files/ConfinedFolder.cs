using System.Text;
using Microsoft.Win32.SafeHandles;

namespace WorkspaceEmulator.Files;

/// <summary>
/// Opens everything below a folder that a job can write to. Each part of a path is opened relative to the folder before it, and a link is
/// never followed, so that a job cannot lead the emulator elsewhere, not even by replacing a part at the right moment.
/// </summary>
/// <remarks>
/// Paths are relative, with slashes. The folder's own path may hold links: whoever starts the emulator chose it. Pipes, sockets and devices
/// are no files.
/// </remarks>
internal sealed class ConfinedFolder
{
    /// <summary>Folders below this depth are not listed; other programs cannot read them either.</summary>
    private const int DeepestFolder = 64;

    private const uint OwnerAlone = 0x1c0; // 0700
    private const uint Everybody = 0x1ff; // 0777, which the umask limits.
    private const uint NotExecutable = 0x1b6; // 0666
    private const string LinkReason = "a part of it is a link or no folder, and no link is followed";
    private readonly string root;
    private readonly string[] above;
    private readonly uint mode;

    /// <param name="root">Absolute path of the folder, which must exist.</param>
    /// <param name="isShared">Whether others may read what is created, as far as the umask allows; else only the owner may.</param>
    public ConfinedFolder(string root, bool isShared = false)
        : this(root, [], isShared ? Everybody : OwnerAlone) { }

    private ConfinedFolder(string root, string[] above, uint mode) => (this.root, this.above, this.mode) = (root, above, mode);

    /// <summary>Returns a folder below this one, which is confined from the same root.</summary>
    public ConfinedFolder Below(string path) => new(root, PartsOf(path), mode);

    /// <summary>Returns the absolute path, for programs that open it themselves and for messages.</summary>
    public string PathOf(string path) => Path.Combine([root, .. PartsOf(path)]);

    /// <summary>Returns whether a text is a path that this class accepts.</summary>
    public static bool IsPath(string path) =>
        path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal) && !path.Split('/').Any(part => part is "" or "." or "..");

    /// <summary>Reads what is known of an entry; null when it is missing, or a part of the path is a link.</summary>
    public FileFacts? Find(string path)
    {
        var parts = PartsOf(path);
        using var parent = FindParent(parts);
        return parent is null ? null : NativeFiles.FactsOf(parent, NativeFiles.Bytes(parts[^1]));
    }

    /// <summary>Opens a regular file for reading; null when it is missing, or a part of the path is a link.</summary>
    public SafeFileHandle? OpenRead(string path)
    {
        var parts = PartsOf(path);
        using var parent = FindParent(parts);
        if (parent is null)
            return null;
        var (file, _) = NativeFiles.OpenFile(parent, NativeFiles.Bytes(parts[^1]), NativeFiles.Read);
        if (file is null || NativeFiles.FactsOf(file) is { IsFile: true })
            return file;
        file.Dispose();
        return null;
    }

    /// <summary>Reads a text file; null when it is missing.</summary>
    public string? ReadText(string path)
    {
        if (OpenRead(path) is not { } file)
            return null;
        using var reader = new StreamReader(new FileStream(file, FileAccess.Read));
        return reader.ReadToEnd();
    }

    /// <summary>Opens a file for appending, and creates it and the folders above it. Nothing is buffered.</summary>
    /// <exception cref="RefusedPathException">A part of the path is a link, or it is no regular file.</exception>
    /// <exception cref="IOException">The file system refuses it.</exception>
    public FileStream OpenAppend(string path) => OpenWrite(path, NativeFiles.Append);

    /// <summary>Creates a file, which must not exist, and the folders above it.</summary>
    /// <inheritdoc cref="OpenAppend" path="/exception"/>
    public FileStream CreateFile(string path) => OpenWrite(path, NativeFiles.New);

    /// <summary>Replaces a file atomically: a reader sees the old text or the new one, also after the machine has lost power.</summary>
    /// <inheritdoc cref="OpenAppend" path="/exception"/>
    public void WriteText(string path, string text)
    {
        var temporary = StateFile.TemporaryOf(path);
        try
        {
            using (var file = CreateFile(temporary))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            Move(temporary, path);
        }
        catch (IOException)
        {
            Delete(temporary);
            throw;
        }
    }

    /// <summary>Creates a folder and those above it.</summary>
    /// <inheritdoc cref="OpenAppend" path="/exception"/>
    public void CreateFolder(string path)
    {
        var parts = PartsOf(path);
        using var parent = OpenParent(parts);
        Open(parent, parts[^1], path).Dispose();
    }

    /// <summary>Moves a file and replaces what has the new name, also when that is a link.</summary>
    /// <inheritdoc cref="OpenAppend" path="/exception"/>
    public void Move(string from, string to)
    {
        var (source, target) = (PartsOf(from), PartsOf(to));
        using var sourceFolder = OpenParent(source);
        using var targetFolder = OpenParent(target);
        Check(NativeFiles.Rename(sourceFolder, NativeFiles.Bytes(source[^1]), targetFolder, NativeFiles.Bytes(target[^1])), to);
    }

    /// <summary>Moves a file to a name that must be free.</summary>
    /// <returns>Whether the name was free.</returns>
    /// <inheritdoc cref="OpenAppend" path="/exception"/>
    public bool TryMoveNew(string from, string to)
    {
        var (source, target) = (PartsOf(from), PartsOf(to));
        using var sourceFolder = OpenParent(source);
        using var targetFolder = OpenParent(target);
        var (name, newName) = (NativeFiles.Bytes(source[^1]), NativeFiles.Bytes(target[^1]));
        switch (NativeFiles.AddName(sourceFolder, name, targetFolder, newName))
        {
            case 0:
                return NativeFiles.RemoveFile(sourceFolder, name) is 0 or NativeFiles.NotFound;
            case NativeFiles.AlreadyExists:
                return false;
            // A file system without hard links has no atomic way to do this.
            case NativeFiles.NotPermitted or NativeFiles.NotSupported:
                if (NativeFiles.FactsOf(targetFolder, newName) is not null)
                    return false;
                Check(NativeFiles.Rename(sourceFolder, name, targetFolder, newName), to);
                return true;
            case var error:
                Check(error, to);
                return false;
        }
    }

    /// <summary>Lists the regular files below a folder, by their paths relative to it. Names that are no valid text are left out.</summary>
    public IReadOnlyList<string> ListFiles(string path)
    {
        var found = new List<string>();
        var parts = PartsOf(path);
        using var parent = FindParent(parts);
        if (parent is not null && NativeFiles.OpenFolder(parent, NativeFiles.Bytes(parts[^1])).Folder is { } folder)
        {
            using (folder)
                Add(folder, "", 0);
        }

        return found;

        void Add(SafeFileHandle inside, string prefix, int depth)
        {
            foreach (var name in NativeFiles.ReadNames(inside))
            {
                if (NativeFiles.Text(name) is not { } text || NativeFiles.FactsOf(inside, name) is not { } facts)
                    continue;
                if (facts.IsFile)
                    found.Add(prefix + text);
                if (!facts.IsFolder || depth == DeepestFolder || NativeFiles.OpenFolder(inside, name).Folder is not { } next)
                    continue;
                using (next)
                    Add(next, $"{prefix}{text}/", depth + 1);
            }
        }
    }

    /// <summary>Lists the names of a folder's entries; those that are no valid text are left out.</summary>
    public IReadOnlyList<string> ListNames(string path)
    {
        var parts = PartsOf(path);
        using var parent = FindParent(parts);
        if (parent is null || NativeFiles.OpenFolder(parent, NativeFiles.Bytes(parts[^1])).Folder is not { } folder)
            return [];
        using (folder)
            return [.. NativeFiles.ReadNames(folder).Select(name => NativeFiles.Text(name)).OfType<string>()];
    }

    /// <summary>Deletes an entry, a folder with everything in it. It does nothing when the entry is missing.</summary>
    /// <exception cref="IOException">Something of it remains.</exception>
    public void Delete(string path = "")
    {
        var parts = PartsOf(path);
        using var parent = FindParent(parts);
        if (parent is not null)
            Check(FolderRemoval.Remove(parent, NativeFiles.Bytes(parts[^1])), path);
    }

    /// <summary>Deletes everything in a folder except some entries.</summary>
    /// <inheritdoc cref="Delete" path="/exception"/>
    public void Clear(string path, IReadOnlyCollection<string> kept)
    {
        var parts = PartsOf(path);
        using var parent = FindParent(parts);
        if (parent is null || NativeFiles.OpenFolder(parent, NativeFiles.Bytes(parts[^1])).Folder is not { } folder)
            return;
        using (folder)
        {
            var gone = NativeFiles
                .ReadNames(folder)
                .Where(name => NativeFiles.Text(name) is not { } text || !kept.Contains(text, StringComparer.Ordinal));
            foreach (var name in gone)
                Check(FolderRemoval.Remove(folder, name), path);
        }
    }

    private FileStream OpenWrite(string path, int access)
    {
        var parts = PartsOf(path);
        using var parent = OpenParent(parts);
        var (file, error) = NativeFiles.OpenFile(
            parent,
            NativeFiles.Bytes(parts[^1]),
            NativeFiles.Write | NativeFiles.Create | access,
            mode & NotExecutable
        );
        if (file is null)
        {
            throw error is NativeFiles.NoDevice or NativeFiles.IsAFolder
                ? new RefusedPathException(path, "it is no regular file")
                : Exception(error, path);
        }

        if (NativeFiles.FactsOf(file) is { IsFile: true })
        {
            var stream = new FileStream(file, FileAccess.Write, bufferSize: 0);
            stream.Seek(0, SeekOrigin.End);
            return stream;
        }

        file.Dispose();
        throw new RefusedPathException(path, "it is no regular file");
    }

    /// <summary>Opens the folder of a path's last part; null when it cannot be reached.</summary>
    private SafeFileHandle? FindParent(string[] parts)
    {
        var (folder, _) = NativeFiles.OpenRoot(root);
        foreach (var part in parts[..^1])
        {
            if (folder is null)
                return null;
            using var passed = folder;
            folder = NativeFiles.OpenFolder(passed, NativeFiles.Bytes(part)).Folder;
        }

        return folder;
    }

    /// <summary>Opens the folder of a path's last part, and creates it and those above it.</summary>
    private SafeFileHandle OpenParent(string[] parts)
    {
        var (folder, error) = NativeFiles.OpenRoot(root);
        if (folder is null)
            throw NativeFiles.Exception(error, root);
        foreach (var part in parts[..^1])
        {
            using var passed = folder;
            folder = Open(passed, part, string.Join('/', parts[above.Length..]));
        }

        return folder;
    }

    private SafeFileHandle Open(SafeFileHandle parent, string name, string path)
    {
        var bytes = NativeFiles.Bytes(name);
        var (folder, error) = NativeFiles.OpenFolder(parent, bytes);
        if (folder is null && error == NativeFiles.NotFound)
        {
            error = NativeFiles.CreateFolder(parent, bytes, mode);
            if (error is 0 or NativeFiles.AlreadyExists)
                (folder, error) = NativeFiles.OpenFolder(parent, bytes);
        }

        return folder ?? throw Exception(error, path);
    }

    private string[] PartsOf(string path)
    {
        if (path.Length == 0)
            return above;
        return IsPath(path)
            ? [.. above, .. path.Split('/')]
            : throw new RefusedPathException(path, "it must be relative, without '.' and '..'");
    }

    private static void Check(int error, string path)
    {
        if (error != 0)
            throw Exception(error, path);
    }

    private static IOException Exception(int error, string path) =>
        error switch
        {
            NativeFiles.IsALink or NativeFiles.NotAFolder => new RefusedPathException(path, LinkReason),
            NativeFiles.NameTooLong => new RefusedPathException(path, "a part of it has more than 255 bytes"),
            NativeFiles.IsAFolder => new RefusedPathException(path, "it is a folder"),
            _ => NativeFiles.Exception(error, path),
        };
}
