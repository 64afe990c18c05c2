using System.Text;

namespace Azure.Containers.ContainerRegistry.Tests;

/// <summary>Small images for the tests: a configuration, one layer, a manifest.</summary>
internal static class Images
{
    /// <summary>Stores an image and returns its manifest's digest.</summary>
    public static async Task<string> PushAsync(ContainerRegistryContentClient content, string tag, string layerText = "a layer")
    {
        var manifest = await UploadAsync(content, layerText);
        return (await content.SetManifestAsync(manifest, tag, ManifestMediaType.DockerManifest, TestContext.Current.CancellationToken))
            .Value
            .Digest;
    }

    /// <summary>Uploads configuration and layer, and writes a manifest of them with spacing that no serializer would choose.</summary>
    public static async Task<BinaryData> UploadAsync(ContainerRegistryContentClient content, string layerText, string kind = "docker")
    {
        var cancellation = TestContext.Current.CancellationToken;
        var config = (
            await content.UploadBlobAsync(BinaryData.FromString("""{"architecture":"amd64","os":"linux"}"""), cancellation)
        ).Value;
        var layer = (await content.UploadBlobAsync(BinaryData.FromString(layerText), cancellation)).Value;
        var (manifestType, configType, layerType) =
            kind == "docker"
                ? (
                    "application/vnd.docker.distribution.manifest.v2+json",
                    "application/vnd.docker.container.image.v1+json",
                    "application/vnd.docker.image.rootfs.diff.tar.gzip"
                )
                : (
                    "application/vnd.oci.image.manifest.v1+json",
                    "application/vnd.oci.image.config.v1+json",
                    "application/vnd.oci.image.layer.v1.tar+gzip"
                );
        return BinaryData.FromBytes(
            Encoding.UTF8.GetBytes(
                $"{{ \"schemaVersion\":2,\t\"mediaType\":\"{manifestType}\",\r\n\n "
                    + $"\"config\":{Descriptor(configType, config)},\n\"layers\" :[ {Descriptor(layerType, layer)} ]  }}\n"
            )
        );
    }

    private static string Descriptor(string type, UploadRegistryBlobResult blob) =>
        $"{{\"mediaType\":\"{type}\",\"size\":{blob.SizeInBytes},\"digest\":\"{blob.Digest}\"}}";
}
