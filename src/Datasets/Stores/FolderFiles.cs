using System.Formats.Tar;

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
    /// links, links in a circle, pipes, sockets and devices are skipped, as in training. So is a name that is not UTF-8: no row of a CSV
    /// can say it.
    /// </summary>
    /// <returns>Each path, the file that holds its content, and whether the path is a link to it.</returns>
    internal static IEnumerable<(string Path, FileInfo File, bool IsLink)> Enumerate(string folder, bool withSubfolders)
    {
        var directory = new DirectoryInfo(folder);
        if (!directory.Exists)
            yield break;
        foreach (var file in directory.EnumerateFiles())
        {
            if (ContentOf(file) is { } content)
                yield return (file.Name, content, file.LinkTarget is not null);
        }

        if (!withSubfolders)
            yield break;
        foreach (var child in directory.EnumerateDirectories().Where(child => child.LinkTarget is null))
        {
            foreach (var (path, file, isLink) in Enumerate(child.FullName, withSubfolders))
                yield return ($"{child.Name}/{path}", file, isLink);
        }
    }

    /// <summary>Returns the file itself, or the one to which it links; null when there is no regular file.</summary>
    private static FileInfo? ContentOf(FileInfo file)
    {
        try
        {
            if (file.Name.Contains('\uFFFD', StringComparison.Ordinal) && !File.Exists(file.FullName))
                return null; // .NET shows this sign in place of bytes that it cannot name, and then finds no such file.
            var content = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            return content is { Exists: true } && (content.Length > 0 || IsRegular(content)) ? content : null;
        }
        catch (IOException)
        {
            return null; // a circle of links
        }
    }

    // .NET tells pipes, sockets and devices, which all have a length of 0, from files only where it writes an archive.
    private static bool IsRegular(FileInfo file)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
            writer.WriteEntry(file.FullName, "file");
        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType == TarEntryType.RegularFile;
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
