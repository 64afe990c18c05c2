using System.Buffers.Binary;
using System.IO.Hashing;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Datasets.Stores;

/// <summary>A datastore that is a blob container.</summary>
/// <param name="container">The container.</param>
/// <param name="errors">Explains errors of the service.</param>
internal sealed class BlobFiles(BlobContainerClient container, StorageErrors errors) : IDatastoreFiles
{
    /// <summary>The largest file that one request writes; longer files are written in blocks of this size.</summary>
    private const int BlockBytes = 8 << 20;

    public string Description => errors.Container;

    public Task<IReadOnlyList<StoredFile>> ListAsync(string folder, CancellationToken cancellationToken) =>
        ListAsync(new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = folder + "/" }, cancellationToken);

    public Task<IReadOnlyList<StoredFile>> ListTreeAsync(string folder, CancellationToken cancellationToken) =>
        ListAsync(new GetBlobsByHierarchyOptions { Prefix = folder + "/" }, cancellationToken);

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
        errors.GuardAsync<IReadOnlyList<string>>(
            StorageAccess.Read,
            async () =>
            {
                var prefix = folder.Length == 0 ? "" : folder + "/";
                var folders = new List<string>();
                await foreach (
                    var item in container.GetBlobsByHierarchyAsync(
                        new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = prefix },
                        cancellationToken
                    )
                )
                {
                    if (item.IsPrefix)
                        folders.Add(item.Prefix[prefix.Length..].TrimEnd('/'));
                }

                return folders;
            },
            cancellationToken
        );

    public Task<ReadOnlyMemory<byte>?> FindMd5Async(StoredFile file, CancellationToken cancellationToken) => Task.FromResult(file.Md5);

    public Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) => ReadAsync(path, default, cancellationToken);

    public Task<byte[]> ReadAsync(string path, long offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(path, new HttpRange(offset, count), cancellationToken);

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
                var blob = container.GetBlockBlobClient(path);
                return file.Length <= BlockBytes
                    ? await PutAsync(blob, file, sent, cancellationToken)
                    : await PutBlocksAsync(blob, file, sent, cancellationToken);
            },
            cancellationToken
        );

    private Task<byte[]> ReadAsync(string path, HttpRange range, CancellationToken cancellationToken) =>
        errors.GuardAsync(
            StorageAccess.Read,
            async () =>
            {
                var answer = await container
                    .GetBlobClient(path)
                    .DownloadContentAsync(new BlobDownloadOptions { Range = range }, cancellationToken);
                return answer.Value.Content.ToArray();
            },
            cancellationToken
        );

    private static async Task<byte[]> PutAsync(
        BlockBlobClient blob,
        FileStream file,
        IProgress<long> sent,
        CancellationToken cancellationToken
    )
    {
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, cancellationToken);
        var md5 = ContentMd5.Of(bytes);
        var options = new BlobUploadOptions
        {
            HttpHeaders = HeadersOf(blob, md5),
            TransferOptions = new StorageTransferOptions { InitialTransferSize = BlockBytes, MaximumTransferSize = BlockBytes },
            // The service rejects bytes that were changed on the way.
            TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
        };
        using var content = new MemoryStream(bytes, writable: false);
        await blob.UploadAsync(content, options, cancellationToken);
        sent.Report(bytes.Length);
        return md5;
    }

    /// <summary>Stages the blocks that no interrupted upload has staged, then commits all blocks as the blob.</summary>
    private static async Task<byte[]> PutBlocksAsync(
        BlockBlobClient blob,
        FileStream file,
        IProgress<long> sent,
        CancellationToken cancellationToken
    )
    {
        var staged = await FindStagedAsync(blob, cancellationToken);
        var blocks = new List<string>();
        using var whole = ContentMd5.Begin();
        var buffer = new byte[BlockBytes];
        while (await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var count)
        {
            var id = BlockId(blocks.Count, buffer.AsSpan(0, count));
            blocks.Add(id);
            whole.AppendData(buffer, 0, count);
            if (!staged.Contains(id))
            {
                using var content = new MemoryStream(buffer, 0, count, writable: false);
                var options = new BlockBlobStageBlockOptions
                {
                    TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
                };
                await blob.StageBlockAsync(id, content, options, cancellationToken);
            }

            sent.Report(count);
        }

        var md5 = whole.GetHashAndReset();
        await blob.CommitBlockListAsync(blocks, new CommitBlockListOptions { HttpHeaders = HeadersOf(blob, md5) }, cancellationToken);
        return md5;
    }

    /// <summary>Returns the ids of blocks that were staged and not committed. The service keeps them for a week.</summary>
    private static async Task<HashSet<string>> FindStagedAsync(BlockBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var list = await blob.GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: cancellationToken);
            return list.Value.UncommittedBlocks.Select(block => block.Name).ToHashSet(StringComparer.Ordinal);
        }
        catch (RequestFailedException error) when (error.Status == 404 && error.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return [];
        }
    }

    // The id contains a hash of the content, so that a staged block of other content is never reused.
    private static string BlockId(int index, ReadOnlySpan<byte> content)
    {
        Span<byte> id = stackalloc byte[sizeof(int) + 16];
        BinaryPrimitives.WriteInt32BigEndian(id, index);
        XxHash128.Hash(content, id[sizeof(int)..]);
        return Convert.ToBase64String(id);
    }

    private static BlobHttpHeaders HeadersOf(BlockBlobClient blob, byte[] md5) =>
        new() { ContentType = ContentTypes.Of(blob.Name), ContentHash = md5 };

    private Task<IReadOnlyList<StoredFile>> ListAsync(GetBlobsByHierarchyOptions options, CancellationToken cancellationToken) =>
        errors.GuardAsync<IReadOnlyList<StoredFile>>(
            StorageAccess.Read,
            async () =>
            {
                var files = new List<StoredFile>();
                await foreach (var item in container.GetBlobsByHierarchyAsync(options, cancellationToken))
                {
                    if (item is { IsBlob: true, Blob: { Name: [.., not '/'] name, Properties: var properties } })
                        files.Add(new(name, properties.ContentLength ?? 0, $"{properties.ETag}", ContentMd5.Read(properties.ContentHash)));
                }

                return files;
            },
            cancellationToken
        );
}
