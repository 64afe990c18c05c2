namespace Datasets.Stores;

/// <summary>A datastore that is a folder of this machine.</summary>
/// <param name="root">The folder; created by the first write.</param>
public sealed class FolderFiles(string root) : IDatastoreFiles
{
    private const int ChunkBytes = 1 << 20;

    public string Description => $"folder {root}";

    public Task<IReadOnlyList<StoredFile>> ListAsync(string folder, CancellationToken cancellationToken) =>
        Task.FromResult(List(folder, withSubfolders: false));

    public Task<IReadOnlyList<StoredFile>> ListTreeAsync(string folder, CancellationToken cancellationToken) =>
        Task.FromResult(List(folder, withSubfolders: true));

    /// <summary>
    /// Lists the files of a folder with their paths in it, which have forward slashes; none when it is missing. Links to folders, broken
    /// links and links in a circle are skipped, as in training. So is a name that is not UTF-8: no row of a CSV can say it.
    /// </summary>
    internal static IEnumerable<(string Path, FileInfo File)> Enumerate(string folder, bool withSubfolders)
    {
        var directory = new DirectoryInfo(folder);
        if (!directory.Exists)
            return [];
        var files = directory.EnumerateFiles().Where(IsReadable).Select(file => (file.Name, file));
        return withSubfolders
            ? files.Concat(directory.EnumerateDirectories().Where(child => child.LinkTarget is null).SelectMany(OfSubfolder))
            : files;
    }

    private static IEnumerable<(string Path, FileInfo File)> OfSubfolder(DirectoryInfo folder) =>
        Enumerate(folder.FullName, withSubfolders: true).Select(found => ($"{folder.Name}/{found.Path}", found.File));

    private static bool IsReadable(FileInfo file)
    {
        try
        {
            if (file.Name.Contains('\uFFFD', StringComparison.Ordinal) && !File.Exists(file.FullName))
                return false; // .NET shows this sign in place of bytes that it cannot name, and then finds no such file.
            return file.LinkTarget is null || file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true };
        }
        catch (IOException)
        {
            return false; // a circle of links
        }
    }

    private IReadOnlyList<StoredFile> List(string folder, bool withSubfolders) =>
        [
            .. Enumerate(Locate(folder), withSubfolders)
                .Select(found => new StoredFile($"{folder}/{found.Path}", found.File.Length, LocalFile.VersionOf(found.File))),
        ];

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken)
    {
        var directory = new DirectoryInfo(Locate(folder));
        return Task.FromResult<IReadOnlyList<string>>(
            !directory.Exists ? [] : [.. directory.EnumerateDirectories().Select(child => child.Name).Order(StringComparer.Ordinal)]
        );
    }

    public async Task<ReadOnlyMemory<byte>?> FindMd5Async(StoredFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        return await LocalFile.HashAsync(Locate(file.Path), cancellationToken);
    }

    public Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) =>
        File.ReadAllBytesAsync(Locate(path), cancellationToken);

    public async Task<byte[]> ReadAsync(string path, long offset, int count, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(Locate(path), options: FileOptions.Asynchronous);
        var buffer = new byte[count];
        return buffer[..await RandomAccess.ReadAsync(file, buffer, offset, cancellationToken)];
    }

    public async Task<ReadOnlyMemory<byte>> WriteAsync(
        string path,
        string localFile,
        IProgress<long> sent,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(sent);
        var target = Locate(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        // Always the same name, so that the next run replaces the file of an interrupted one.
        var unfinished = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.upload");
        using var hash = ContentMd5.Begin();
        await using (var source = File.OpenRead(localFile))
        await using (var copy = File.Create(unfinished))
        {
            var chunk = new byte[ChunkBytes];
            while (await source.ReadAsync(chunk, cancellationToken) is > 0 and var count)
            {
                hash.AppendData(chunk, 0, count);
                await copy.WriteAsync(chunk.AsMemory(0, count), cancellationToken);
                sent.Report(count);
            }
        }

        File.Move(unfinished, target, overwrite: true);
        return hash.GetHashAndReset();
    }

    private string Locate(string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));
}
