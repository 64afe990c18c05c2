using System.Buffers;
using System.Security.Cryptography;
using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>One blob on its way to a registry: POST opens the upload, PATCH adds a chunk, PUT closes it with the digest.</summary>
internal sealed class BlobUpload(RegistryRequests requests, string uploadsPath)
{
    private const int ChunkSize = 4 * 1024 * 1024;

    public async Task<Response<UploadRegistryBlobResult>> SendAsync(Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var open = requests.Create(RequestMethod.Post, uploadsPath);
        var location = LocationOf(await requests.SendAsync(open, cancellationToken, 202).ConfigureAwait(false));

        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        long sent = 0;
        try
        {
            var whole = buffer.AsMemory(0, ChunkSize);
            int count;
            while (
                (
                    count = await content
                        .ReadAtLeastAsync(whole, ChunkSize, throwOnEndOfStream: false, cancellationToken)
                        .ConfigureAwait(false)
                ) > 0
            )
            {
                hash.AppendData(buffer, 0, count);
                location = await SendChunkAsync(location, whole[..count], sent, cancellationToken).ConfigureAwait(false);
                sent += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var digest = DigestStream.Format(hash.GetHashAndReset());
        using var close = requests.CreateFollowing(RequestMethod.Put, location);
        close.Request.Uri.AppendQuery("digest", digest, escapeValue: true);
        close.Request.Content = RequestContent.Create(ReadOnlyMemory<byte>.Empty);
        var response = await requests.SendAsync(close, cancellationToken, 201).ConfigureAwait(false);
        DigestStream.Check(
            response.Headers.TryGetValue("Docker-Content-Digest", out var arrived) ? arrived : digest,
            digest,
            "blob that arrived"
        );
        return Response.FromValue(new UploadRegistryBlobResult(digest, sent), response);
    }

    private async Task<string> SendChunkAsync(string location, ReadOnlyMemory<byte> chunk, long offset, CancellationToken cancellationToken)
    {
        using var message = requests.CreateFollowing(RequestMethod.Patch, location);
        message.Request.Headers.Add(HttpHeader.Names.ContentType, "application/octet-stream");
        // Registries write the range without the unit that HTTP would have.
        message.Request.Headers.Add("Content-Range", $"{offset}-{offset + chunk.Length - 1}");
        // The registry responds 401 before the bytes are sent: a token that expires during the upload costs no chunk.
        message.Request.Headers.Add("Expect", "100-continue");
        message.Request.Content = RequestContent.Create(chunk);
        return LocationOf(await requests.SendAsync(message, cancellationToken, 202).ConfigureAwait(false));
    }

    private static string LocationOf(Response response) =>
        response.Headers.TryGetValue("Location", out var location)
            ? location
            : throw new RequestFailedException(response.Status, "The registry accepted the upload without an address to continue at.");
}
