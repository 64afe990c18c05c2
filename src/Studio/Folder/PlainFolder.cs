namespace Studio.Folder;

/// <summary>
/// Reads files below a folder of fetched artifacts. A path with a link in it opens nothing: a job could have left a link to any file of the
/// reader's machine. The folder itself may be a link, as the reader chose it.
/// </summary>
/// <param name="chosen">Absolute path of the folder that the reader chose.</param>
/// <param name="below">Path of this folder in it; empty for the chosen one.</param>
internal sealed class PlainFolder(string chosen, string below = "")
{
    private const int DeepestFolder = 32;
    private const int MostFiles = 20_000;
    private readonly string root = below.Length == 0 ? chosen : Path.Combine([chosen, .. below.Split('/')]);

    /// <summary>Gets the folder's own name.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(root));

    /// <summary>Returns whether a text is a path that this class accepts: relative, with slashes, without <c>.</c> and <c>..</c>.</summary>
    public static bool IsPath(string path) =>
        path.Length > 0
        && !path.Contains('\0', StringComparison.Ordinal)
        && !(OperatingSystem.IsWindows() && path.AsSpan().IndexOfAny('\\', ':') >= 0)
        && !path.Split('/').Any(part => part is "" or "." or "..")
        && !Path.IsPathRooted(path);

    public PlainFolder Below(string path) => new(chosen, PathInChosen(path));

    public bool HasFolder(string path) => Find(path) is DirectoryInfo;

    /// <summary>Returns what is known of a file; null when it is missing or a link is on its path.</summary>
    public FileInfo? FindFile(string path) => Find(path) as FileInfo;

    /// <summary>Opens a file; null when it is missing, is no file, or a link is on its path.</summary>
    public Stream? Open(string path) =>
        !IsPath(path) ? null
        : OperatingSystem.IsLinux() ? OpenedFiles.Open(chosen, PathInChosen(path))
        : FindFile(path) is { } file ? Open(file)
        : null;

    /// <summary>Lists the names of the folders in this one, without links.</summary>
    public IReadOnlyList<string> ListFolders() =>
        [
            .. new DirectoryInfo(root)
                .EnumerateDirectories()
                .Where(folder => !IsLink(folder))
                .Select(folder => folder.Name)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Lists the files below this folder by path, without links and what they lead to.</summary>
    public IReadOnlyList<(string Path, FileInfo File)> ListFiles()
    {
        var found = new List<(string Path, FileInfo File)>();
        Add(new DirectoryInfo(root), "", 0);
        found.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return found;

        void Add(DirectoryInfo folder, string prefix, int depth)
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                if (found.Count == MostFiles || IsLink(entry))
                    continue;
                if (entry is FileInfo file)
                    found.Add((prefix + file.Name, file));
                else if (entry is DirectoryInfo next && depth < DeepestFolder)
                    Add(next, $"{prefix}{next.Name}/", depth + 1);
            }
        }
    }

    // A link that replaces the file meanwhile would be followed.
    private static FileStream? Open(FileInfo file)
    {
        try
        {
            return new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string PathInChosen(string path) => below.Length == 0 ? path : $"{below}/{path}";

    private FileSystemInfo? Find(string path)
    {
        if (!IsPath(path))
            return null;
        var parts = path.Split('/');
        var place = root;
        for (var i = 0; i < parts.Length; i++)
        {
            place = Path.Combine(place, parts[i]);
            FileSystemInfo entry = Directory.Exists(place) ? new DirectoryInfo(place) : new FileInfo(place);
            if (!entry.Exists || IsLink(entry))
                return null;
            if (i == parts.Length - 1)
                return entry;
        }

        return null;
    }

    private static bool IsLink(FileSystemInfo entry) =>
        entry.LinkTarget is not null || entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
