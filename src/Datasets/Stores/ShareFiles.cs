using Azure;
using Azure.Storage.Files.Shares;
using Azure.Storage.Files.Shares.Models;

namespace Datasets.Stores;

/// <summary>A datastore that is a file share. Its listings have no MD5.</summary>
/// <param name="share">The share.</param>
/// <param name="errors">Explains errors of the service.</param>
internal sealed class ShareFiles(ShareClient share, StorageErrors errors) : IDatastoreFiles
{
    /// <summary>The most bytes that one request may write.</summary>
    private const int RangeBytes = 4 << 20;

    public string Description => errors.Container;

    public bool IgnoresCase => true;

    public Task<IReadOnlyList<StoredFile>> ListAsync(string folder, CancellationToken cancellationToken) =>
        errors.GuardAsync<IReadOnlyList<StoredFile>>(
            StorageAccess.Read,
            async () => [.. Files(folder, await ListItemsAsync(folder, cancellationToken))],
            cancellationToken
        );

    public Task<IReadOnlyList<StoredFile>> ListTreeAsync(string folder, CancellationToken cancellationToken) =>
        errors.GuardAsync<IReadOnlyList<StoredFile>>(
            StorageAccess.Read,
            async () =>
            {
                var files = new List<StoredFile>();
                var folders = new Queue<string>([folder]);
                while (folders.TryDequeue(out var next))
                {
                    var items = await ListItemsAsync(next, cancellationToken);
                    files.AddRange(Files(next, items));
                    foreach (var item in items.Where(item => item.IsDirectory))
                        folders.Enqueue($"{next}/{item.Name}");
                }

                return files;
            },
            cancellationToken
        );

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
        errors.GuardAsync<IReadOnlyList<string>>(
            StorageAccess.Read,
            async () => [.. (await ListItemsAsync(folder, cancellationToken)).Where(item => item.IsDirectory).Select(item => item.Name)],
            cancellationToken
        );

    public Task<ReadOnlyMemory<byte>?> FindMd5Async(StoredFile file, CancellationToken cancellationToken) =>
        errors.GuardAsync<ReadOnlyMemory<byte>?>(
            StorageAccess.Read,
            async () => ContentMd5.Read((await Open(file.Path).GetPropertiesAsync(cancellationToken: cancellationToken)).Value.ContentHash),
            cancellationToken
        );

    public Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) => ReadAsync(path, default, cancellationToken);

    public Task<byte[]> ReadAsync(string path, long offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(path, new HttpRange(offset, count), cancellationToken);

    /// <summary>Writes a file under a temporary name, then renames it: a share creates a file before its content is written.</summary>
    public Task<ReadOnlyMemory<byte>> WriteAsync(
        string path,
        string localFile,
        IProgress<long> sent,
        CancellationToken cancellationToken
    ) =>
        errors.GuardAsync<ReadOnlyMemory<byte>>(
            StorageAccess.Write,
            async () =>
            {
                await using var file = File.OpenRead(localFile);
                var md5 = await ContentMd5.OfAsync(file, cancellationToken);
                file.Position = 0;
                await CreateFoldersAsync(path[..path.LastIndexOf('/')], cancellationToken);
                var unfinished = Open(path + ".upload");
                await unfinished.CreateAsync(
                    file.Length,
                    new ShareFileCreateOptions
                    {
                        HttpHeaders = new() { ContentType = ContentTypes.Of(path), ContentHash = md5 },
                    },
                    cancellationToken: cancellationToken
                );
                var buffer = new byte[RangeBytes];
                long position = 0;
                while (
                    await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var count
                )
                {
                    using var content = new MemoryStream(buffer, 0, count, writable: false);
                    await unfinished.UploadRangeAsync(new HttpRange(position, count), content, cancellationToken: cancellationToken);
                    position += count;
                    sent.Report(count);
                }

                await unfinished.RenameAsync(path, new ShareFileRenameOptions { ReplaceIfExists = true }, cancellationToken);
                return md5;
            },
            cancellationToken
        );

    private Task<byte[]> ReadAsync(string path, HttpRange range, CancellationToken cancellationToken) =>
        errors.GuardAsync(
            StorageAccess.Read,
            async () =>
            {
                var answer = await Open(path).DownloadAsync(new ShareFileDownloadOptions { Range = range }, cancellationToken);
                using var bytes = new MemoryStream();
                await using var content = answer.Value.Content;
                await content.CopyToAsync(bytes, cancellationToken);
                return bytes.ToArray();
            },
            cancellationToken
        );

    private static IEnumerable<StoredFile> Files(string folder, IEnumerable<ShareFileItem> items) =>
        items
            .Where(item => !item.IsDirectory)
            .Select(item => new StoredFile($"{folder}/{item.Name}", item.FileSize ?? 0, $"{item.Properties?.ETag}"));

    private async Task<List<ShareFileItem>> ListItemsAsync(string folder, CancellationToken cancellationToken)
    {
        var items = new List<ShareFileItem>();
        try
        {
            var directory = folder.Length == 0 ? share.GetRootDirectoryClient() : share.GetDirectoryClient(folder);
            await foreach (
                var item in directory.GetFilesAndDirectoriesAsync(
                    new ShareDirectoryGetFilesAndDirectoriesOptions { Traits = ShareFileTraits.ETag },
                    cancellationToken
                )
            )
            {
                items.Add(item);
            }
        }
        catch (RequestFailedException error)
            when (error.Status == 404
                && (error.ErrorCode == ShareErrorCode.ResourceNotFound || error.ErrorCode == ShareErrorCode.ParentNotFound)
            )
        {
            return []; // the folder is missing
        }

        return items;
    }

    private async Task CreateFoldersAsync(string folder, CancellationToken cancellationToken)
    {
        var parts = folder.Split('/');
        for (var count = 1; count <= parts.Length; count++)
            await share.GetDirectoryClient(string.Join('/', parts[..count])).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
    }

    private ShareFileClient Open(string path)
    {
        var folder = path[..path.LastIndexOf('/')];
        return share.GetDirectoryClient(folder).GetFileClient(path[(folder.Length + 1)..]);
    }
}
