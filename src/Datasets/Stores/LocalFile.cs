namespace Datasets.Stores;

/// <summary>A local file of a dataset that is uploaded.</summary>
/// <param name="FullPath">Absolute path.</param>
/// <param name="StoredPath">Path in the datastore.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Version">Size and time of the last change.</param>
internal sealed record LocalFile(string FullPath, string StoredPath, long Length, string Version)
{
    /// <summary>Lists the files of one folder and of its subfolders; empty when the folder is missing.</summary>
    /// <param name="root">A folder in the datastore layout.</param>
    /// <param name="folder">Folder in it, with forward slashes.</param>
    public static IReadOnlyList<LocalFile> In(string root, string folder) =>
        [
            .. FolderFiles
                .Enumerate(Path.Combine(root, folder), withSubfolders: true)
                .Select(found => new LocalFile(found.File.FullName, $"{folder}/{found.Path}", found.File.Length, VersionOf(found.File)))
                .OrderBy(file => file.StoredPath, StringComparer.Ordinal),
        ];

    public static string VersionOf(FileInfo file) => $"{file.Length}-{file.LastWriteTimeUtc.Ticks}";

    /// <summary>Computes the MD5 of a file's content, which storage accounts keep of a blob.</summary>
    public static async Task<byte[]> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await ContentMd5.OfAsync(file, cancellationToken);
    }
}
