using System.Security.Cryptography;

namespace WorkspaceEmulator.Blobs;

/// <summary>Computes the MD5 of a content while it is read, and ends the reading with an error when another one was announced.</summary>
/// <param name="content">The content.</param>
/// <param name="announced">The announced hash, in base64; null checks nothing.</param>
internal sealed class Md5Stream(Stream content, string? announced) : Stream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private string? result;

    /// <summary>Gets the hash of the content, in base64.</summary>
    public string Hash => result ??= Convert.ToBase64String(hash.GetCurrentHash());

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="ContentMismatchException">The content has another hash than the announced one.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await content.ReadAsync(buffer, cancellationToken);
        return Take(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Take(buffer.AsSpan(offset, content.Read(buffer, offset, count)));

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            hash.Dispose();
        base.Dispose(disposing);
    }

    private int Take(ReadOnlySpan<byte> read)
    {
        hash.AppendData(read);
        if (read.IsEmpty && announced is not null && announced != Hash)
            throw new ContentMismatchException();
        return read.Length;
    }
}
