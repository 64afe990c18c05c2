using Azure;
using Azure.Containers.ContainerRegistry;
using Azure.Core;

namespace Images.Registry;

/// <summary>Deletes one tag, also where a registry deletes only whole manifests, as the CNCF registry up to version 2 does.</summary>
/// <param name="content">The repository.</param>
internal sealed class TagDeletion(ContainerRegistryContentClient content)
{
    private const string NoManifest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>
    /// Requests the deletion of the tag. Where the registry cannot do that, moves the tag to an empty manifest and deletes the manifest.
    /// </summary>
    /// <exception cref="RequestFailedException">405: the registry deletes nothing. The tag is unchanged.</exception>
    public async Task DeleteAsync(string tag, CancellationToken cancellationToken)
    {
        using var message = content.Pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Delete;
        message.Request.Uri.Reset(new Uri(content.Endpoint, $"/v2/{content.RepositoryName}/manifests/{Uri.EscapeDataString(tag)}"));
        await content.Pipeline.SendAsync(message, cancellationToken);
        if (message.Response.Status is 202 or 404)
            return;

        if (message.Response.Status is not (400 or 405))
            throw new RequestFailedException(message.Response);

        // Before the tag is moved, this request fails if the registry deletes nothing.
        await content.DeleteManifestAsync(NoManifest, cancellationToken);

        var config = (await content.UploadBlobAsync(BinaryData.FromString("{}"), cancellationToken)).Value;
        // The annotation makes the manifest unique, so that its deletion removes no other tag.
        var manifest = BinaryData.FromString(
            $$$"""
            {
              "schemaVersion": 2,
              "mediaType": "application/vnd.oci.image.manifest.v1+json",
              "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": "{{{config.Digest}}}",
                "size": {{{config.SizeInBytes}}}
              },
              "layers": [],
              "annotations": { "io.model-training.untagged": "{{{Guid.NewGuid():N}}}" }
            }
            """
        );
        var moved = (await content.SetManifestAsync(manifest, tag, ManifestMediaType.OciImageManifest, cancellationToken)).Value;
        await content.DeleteManifestAsync(moved.Digest, cancellationToken);
    }
}
