using System.Security.Cryptography;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Passes bytes through and compares their SHA-256 with the digest when the end is reached.</summary>
internal sealed class DigestStream(Stream inner, string digest) : Stream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static string DigestOf(ReadOnlySpan<byte> content) => Format(SHA256.HashData(content));

    public static string Format(ReadOnlySpan<byte> hash) => $"sha256:{Convert.ToHexStringLower(hash)}";

    /// <exception cref="RequestFailedException">The bytes are not those the digest names.</exception>
    public static void Check(string found, string? expected, string what)
    {
        if (expected is not null && !string.Equals(found, expected, StringComparison.OrdinalIgnoreCase))
            throw new RequestFailedException($"The {what} has the digest {found}; it must be {expected}.");
    }

    public override int Read(byte[] buffer, int offset, int count) => Seen(buffer.AsSpan(offset, count), inner.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer) => Seen(buffer, inner.Read(buffer));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Seen(buffer.Span, count);
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Seen(ReadOnlySpan<byte> buffer, int count)
    {
        if (count > 0)
        {
            hash.AppendData(buffer[..count]);
        }
        else if (buffer.Length > 0 && !ended)
        {
            ended = true;
            Check(Format(hash.GetHashAndReset()), digest, "downloaded blob");
        }

        return count;
    }
}
