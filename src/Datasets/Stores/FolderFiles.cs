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

    /// <summary>Lists the files of a folder; none when it is missing. Links to folders and broken links are skipped.</summary>
    internal static IEnumerable<FileInfo> Enumerate(string folder, bool withSubfolders)
    {
        var directory = new DirectoryInfo(folder);
        if (!directory.Exists)
            return [];
        var files = directory
            .EnumerateFiles()
            .Where(file => file.LinkTarget is null || file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true });
        return withSubfolders ? files.Concat(Subfolders(directory).SelectMany(child => Enumerate(child.FullName, true))) : files;
    }

    private static IEnumerable<DirectoryInfo> Subfolders(DirectoryInfo directory) =>
        directory.EnumerateDirectories().Where(child => child.LinkTarget is null);

    private IReadOnlyList<StoredFile> List(string folder, bool withSubfolders)
    {
        var located = Locate(folder);
        return
        [
            .. Enumerate(located, withSubfolders)
                .Select(file => new StoredFile(
                    $"{folder}/{Path.GetRelativePath(located, file.FullName).Replace('\\', '/')}",
                    file.Length,
                    LocalFile.VersionOf(file)
                )),
        ];
    }

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
