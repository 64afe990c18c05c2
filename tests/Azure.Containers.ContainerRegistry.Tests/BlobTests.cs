using System.Security.Cryptography;
using Azure.Core;

namespace Azure.Containers.ContainerRegistry.Tests;

public class BlobTests(AzureRegistryFixture registry) : IClassFixture<AzureRegistryFixture>
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task UploadBlob_SendsALargeBlobInChunks_WhenItsStreamCannotSeek()
    {
        // Two chunks of 4 MiB and a rest.
        var bytes = RandomNumberGenerator.GetBytes((9 * 1024 * 1024) + 17);
        var content = registry.CreateContent("blobs/large");

        var uploaded = (await content.UploadBlobAsync(new ForwardStream(bytes), cancellation)).Value;
        using var downloaded = new MemoryStream();
        await content.DownloadBlobToAsync(uploaded.Digest, downloaded, cancellation);

        Assert.Equal($"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}", uploaded.Digest);
        Assert.Equal(bytes.Length, uploaded.SizeInBytes);
        Assert.True(bytes.AsSpan().SequenceEqual(downloaded.ToArray()));
    }

    [Fact]
    public async Task UploadBlob_Succeeds_WhenTheBlobIsEmpty()
    {
        var content = registry.CreateContent("blobs/empty");

        var uploaded = (await content.UploadBlobAsync(BinaryData.FromBytes(Array.Empty<byte>()), cancellation)).Value;

        Assert.Equal(0, (await content.DownloadBlobContentAsync(uploaded.Digest, cancellation)).Value.Content.ToMemory().Length);
    }

    [Fact]
    public async Task DownloadBlob_SendsNoAuthorization_ToTheHostOfARedirect()
    {
        var content = registry.CreateContent("blobs/redirected");
        var digest = (await content.UploadBlobAsync(BinaryData.FromString("kept elsewhere"), cancellation)).Value.Digest;
        var before = registry.Store.Requests.Count;

        // Twice: with the token from a challenge, and with the one remembered for the next request.
        Assert.Equal("kept elsewhere", (await content.DownloadBlobContentAsync(digest, cancellation)).Value.Content.ToString());
        Assert.Equal("kept elsewhere", (await content.DownloadBlobContentAsync(digest, cancellation)).Value.Content.ToString());

        var received = registry.Store.Requests.Skip(before).ToList();
        Assert.Equal(2, received.Count);
        Assert.All(received, headers => Assert.False(headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task DownloadBlob_IgnoresTheChallenge_OfTheHostOfARedirect()
    {
        var content = registry.CreateContent("blobs/challenged");
        var digest = (await content.UploadBlobAsync(BinaryData.FromString("kept elsewhere"), cancellation)).Value.Digest;
        await content.DownloadBlobContentAsync(digest, cancellation);
        var (before, tokens) = (registry.Store.Requests.Count, registry.Tokens.Requests.Count);
        registry.Store.Challenge =
            $"Bearer realm=\"{registry.Store.Address}token\",service=\"store\",scope=\"repository:blobs/challenged:pull\"";
        try
        {
            var error = await Assert.ThrowsAsync<RequestFailedException>(() => content.DownloadBlobContentAsync(digest, cancellation));

            Assert.Equal(401, error.Status);
            Assert.StartsWith(
                $"GET {registry.Store.Address}blobs/{digest} returned 401: Unauthorized",
                error.Message,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain("planted-signature", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            registry.Store.Challenge = null;
        }

        Assert.All(registry.Store.Requests.Skip(before), headers => Assert.False(headers.ContainsKey("Authorization")));
        Assert.Equal(tokens, registry.Tokens.Requests.Count);
    }

    [Fact]
    public async Task DownloadBlobStreaming_Fails_WhenTheBytesDoNotHaveTheDigest()
    {
        var content = registry.CreateContent("blobs/damaged");
        var digest = (await content.UploadBlobAsync(BinaryData.FromString("as it was"), cancellation)).Value.Digest;
        await File.WriteAllTextAsync(registry.Front.Registry.PathOfBlob(digest), "as it is!", cancellation);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => content.DownloadBlobContentAsync(digest, cancellation));

        Assert.EndsWith($"it must be {digest}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DownloadBlob_NamesTheRequest_WhenTheBlobDoesNotExist()
    {
        var content = registry.CreateContent("blobs/missing");
        var digest = $"sha256:{new string('0', 64)}";

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => content.DownloadBlobStreamingAsync(digest, cancellation));

        Assert.Equal("BLOB_UNKNOWN", error.ErrorCode);
        Assert.StartsWith(
            $"GET {registry.Front.Address}v2/blobs/missing/blobs/{digest} returned 404: BLOB_UNKNOWN: blob unknown to registry",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Pipeline_SendsHead_ToCheckThatABlobExists()
    {
        var content = registry.CreateContent("blobs/exists");
        var digest = (await content.UploadBlobAsync(BinaryData.FromString("here"), cancellation)).Value.Digest;

        Assert.Equal(200, await HeadAsync(content, digest));
        Assert.Equal(404, await HeadAsync(content, $"sha256:{new string('0', 64)}"));
    }

    private async Task<int> HeadAsync(ContainerRegistryContentClient content, string digest)
    {
        using var message = content.Pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Head;
        message.Request.Uri.Reset(new Uri(content.Endpoint, $"/v2/{content.RepositoryName}/blobs/{digest}"));
        await content.Pipeline.SendAsync(message, cancellation);
        return message.Response.Status;
    }
}
