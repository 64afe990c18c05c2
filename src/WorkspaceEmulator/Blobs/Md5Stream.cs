using System.Security.Cryptography;
using WorkspaceEmulator.Files;

namespace WorkspaceEmulator.Blobs;

/// <summary>Computes the MD5 of a content while it is read, and ends the reading with an error when another one was announced.</summary>
/// <param name="content">The content.</param>
/// <param name="announced">The announced hash, in base64; null checks nothing.</param>
internal sealed class Md5Stream(Stream content, string? announced) : ReadStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private string? result;

    /// <summary>Gets the hash of the content, in base64.</summary>
    public string Hash => result ??= Convert.ToBase64String(hash.GetCurrentHash());

    /// <exception cref="ContentMismatchException">The content has another hash than the announced one.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await content.ReadAsync(buffer, cancellationToken);
        return Take(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Take(buffer.AsSpan(offset, content.Read(buffer, offset, count)));

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
