using System.Buffers;
using System.Security.Cryptography;

namespace Datasets.Stores;

/// <summary>
/// Computes the MD5 of content: the checksum that storage accounts keep of a file. It identifies content and secures nothing.
/// </summary>
internal static class ContentMd5
{
    private const int Bytes = 16;

#pragma warning disable CA5351 // The services' protocol prescribes MD5.
    public static byte[] Of(byte[] content) => MD5.HashData(content);

    /// <summary>Computes the MD5 of a stream, read in pieces of 64 KiB.</summary>
    public static byte[] Of(Stream content)
    {
        using var hash = Begin();
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        while (content.Read(buffer) is > 0 and var count)
            hash.AppendData(buffer, 0, count);
        ArrayPool<byte>.Shared.Return(buffer);
        return hash.GetHashAndReset();
    }

    public static async Task<byte[]> OfAsync(Stream content, CancellationToken cancellationToken) =>
        await MD5.HashDataAsync(content, cancellationToken);
#pragma warning restore CA5351

    /// <summary>Creates a hash for content that arrives in pieces.</summary>
    public static IncrementalHash Begin() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    /// <summary>Returns the MD5 that a response carries, or null when it carries none.</summary>
    public static ReadOnlyMemory<byte>? Read(byte[]? header)
    {
        // Not a conditional expression: its null would convert to memory of no bytes.
        if (header is { Length: Bytes })
            return header;
        return default(ReadOnlyMemory<byte>?);
    }
}
