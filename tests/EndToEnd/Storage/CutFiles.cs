using Datasets.Stores;

namespace EndToEnd.Storage;

/// <summary>A datastore that cancels an upload, as by Ctrl-C, after a number of bytes or files.</summary>
internal sealed class CutFiles(IDatastoreFiles files, CancellationTokenSource interruption) : IDatastoreFiles
{
    private readonly CancellationTokenSource interruption = interruption;
    private int written;
    private long sentBytes;

    public int FilesBefore { get; init; } = int.MaxValue;

    public long BytesBefore { get; init; } = long.MaxValue;

    public string Description => files.Description;

    public bool IgnoresCase => files.IgnoresCase;

    public Task<IReadOnlyList<StoredFile>> ListAsync(string folder, CancellationToken cancellationToken) =>
        files.ListAsync(folder, cancellationToken);

    public Task<IReadOnlyList<StoredFile>> ListTreeAsync(string folder, CancellationToken cancellationToken) =>
        files.ListTreeAsync(folder, cancellationToken);

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
        files.ListFoldersAsync(folder, cancellationToken);

    public Task<ReadOnlyMemory<byte>?> FindMd5Async(StoredFile file, CancellationToken cancellationToken) =>
        files.FindMd5Async(file, cancellationToken);

    public Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) => files.ReadAsync(path, cancellationToken);

    public Task<byte[]> ReadAsync(string path, long offset, int count, CancellationToken cancellationToken) =>
        files.ReadAsync(path, offset, count, cancellationToken);

    public async Task<ReadOnlyMemory<byte>> WriteAsync(
        string path,
        string localFile,
        IProgress<long> sent,
        CancellationToken cancellationToken
    )
    {
        if (Interlocked.Increment(ref written) > FilesBefore)
        {
            await interruption.CancelAsync();
            // The token of this file may learn of it later.
            interruption.Token.ThrowIfCancellationRequested();
        }

        return await files.WriteAsync(path, localFile, new Counting(this, sent), cancellationToken);
    }

    private sealed class Counting(CutFiles owner, IProgress<long> inner) : IProgress<long>
    {
        public void Report(long value)
        {
            inner.Report(value);
            if (Interlocked.Add(ref owner.sentBytes, value) >= owner.BytesBefore)
                owner.interruption.Cancel();
        }
    }
}
