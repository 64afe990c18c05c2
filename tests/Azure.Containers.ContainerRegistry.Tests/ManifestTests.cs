using System.Net;

namespace Azure.Containers.ContainerRegistry.Tests;

public class ManifestTests(AzureRegistryFixture registry) : IClassFixture<AzureRegistryFixture>
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("docker")]
    [InlineData("oci")]
    public async Task GetManifest_ReturnsTheBytes_ThatWereSet(string kind)
    {
        var content = registry.CreateContent($"manifests/{kind}");
        var manifest = await Images.UploadAsync(content, "a layer", kind);
        ManifestMediaType? type = kind == "docker" ? ManifestMediaType.DockerManifest : default(ManifestMediaType?);

        var set = (await content.SetManifestAsync(manifest, "v1", type, cancellation)).Value;
        var got = (await content.GetManifestAsync("v1", cancellation)).Value;

        Assert.Equal(manifest.ToArray(), got.Manifest.ToArray());
        Assert.Equal(set.Digest, got.Digest);
        Assert.Equal(type ?? ManifestMediaType.OciImageManifest, got.MediaType);
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.list.v2+json")]
    [InlineData("application/vnd.oci.image.index.v1+json")]
    public async Task GetManifest_ReturnsAnImageIndex_Unchanged(string type)
    {
        var content = registry.CreateContent("manifests/lists");
        var image = await Images.UploadAsync(content, "a layer", type.Contains("oci", StringComparison.Ordinal) ? "oci" : "docker");
        var set = (
            await content.SetManifestAsync(
                image,
                null,
                type.Contains("oci", StringComparison.Ordinal) ? default(ManifestMediaType?) : ManifestMediaType.DockerManifest,
                cancellation
            )
        ).Value;
        var imageType = type.Replace(".list", "", StringComparison.Ordinal).Replace("index", "manifest", StringComparison.Ordinal);
        var list = BinaryData.FromString(
            $$$"""
            {"schemaVersion":2, "mediaType":"{{{type}}}","manifests":[{"mediaType":"{{{imageType}}}",
             "size":{{{image.ToMemory().Length}}},"digest":"{{{set.Digest}}}","platform":{"architecture":"amd64","os":"linux"}}]}
            """
        );

        await content.SetManifestAsync(list, "list", type, cancellation);
        var got = (await content.GetManifestAsync("list", cancellation)).Value;

        Assert.Equal(list.ToArray(), got.Manifest.ToArray());
        Assert.Equal(type, (string)got.MediaType);
    }

    [Fact]
    public async Task SetManifest_KeepsTheDigest_WhenAnImageGetsAnotherTag()
    {
        var content = registry.CreateContent("manifests/retag");
        var digest = await Images.PushAsync(content, "v1");

        var got = (await content.GetManifestAsync(digest, cancellation)).Value;
        await content.SetManifestAsync(got.Manifest, "latest", got.MediaType, cancellation);

        Assert.Equal(digest, (await content.GetManifestAsync("latest", cancellation)).Value.Digest);
    }

    [Fact]
    public async Task GetManifest_NamesTheRequest_WhenTheTagDoesNotExist()
    {
        var content = registry.CreateContent("manifests/missing");
        await Images.PushAsync(content, "v1");

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => content.GetManifestAsync("v2", cancellation));

        Assert.Equal(404, error.Status);
        Assert.Equal("MANIFEST_UNKNOWN", error.ErrorCode);
        Assert.Equal(
            $"GET {registry.Front.Address}v2/manifests/missing/manifests/v2 returned 404: MANIFEST_UNKNOWN: manifest unknown",
            error.Message.Split('\n')[0].TrimEnd()
        );
        Assert.Equal(404, error.GetRawResponse()!.Status);
    }

    [Fact]
    public async Task GetManifest_Fails_WhenTheBytesDoNotHaveTheDigest()
    {
        var content = registry.CreateContent("manifests/forged");
        var digest = await Images.PushAsync(content, "v1");
        await content.GetManifestAsync(digest, cancellation);
        registry.AnswerOnce(
            context => context.Request.Path.Value!.Contains("/forged/manifests/", StringComparison.Ordinal),
            HttpStatusCode.OK,
            "{}"
        );

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => content.GetManifestAsync(digest, cancellation));

        Assert.Equal(
            $"The manifest has the digest sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a; it must be {digest}.",
            error.Message
        );
    }

    [Fact]
    public async Task GetManifest_Retries_WhenTheRegistryIsBusy()
    {
        var content = registry.CreateContent("manifests/busy");
        var digest = await Images.PushAsync(content, "v1");
        registry.AnswerOnce(
            context => context.Request.Path.Value!.Contains("/busy/manifests/", StringComparison.Ordinal),
            HttpStatusCode.TooManyRequests,
            """{"errors":[{"code":"TOOMANYREQUESTS","message":"later"}]}"""
        );

        Assert.Equal(digest, (await content.GetManifestAsync("v1", cancellation)).Value.Digest);
    }

    [Fact]
    public async Task DeleteManifest_DeletesTheTags_WithTheManifest()
    {
        var content = registry.CreateContent("manifests/deleted");
        var digest = await Images.PushAsync(content, "v1");

        await content.DeleteManifestAsync(digest, cancellation);

        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => content.GetManifestAsync("v1", cancellation))).Status);
        Assert.Equal(404, (await content.DeleteManifestAsync(digest, cancellation)).Status);
    }
}
