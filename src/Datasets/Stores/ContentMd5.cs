using System.Security.Cryptography;

namespace Datasets.Stores;

/// <summary>MD5 of content: the checksum that storage accounts keep beside a file. It tells whether files differ and guards nothing.</summary>
internal static class ContentMd5
{
#pragma warning disable CA5351 // The services' protocol names MD5.
    public static byte[] Of(byte[] content) => MD5.HashData(content);

    public static async Task<byte[]> OfAsync(Stream content, CancellationToken cancellationToken) =>
        await MD5.HashDataAsync(content, cancellationToken);
#pragma warning restore CA5351

    /// <summary>For content that comes in pieces.</summary>
    public static IncrementalHash Begin() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);
}
