using Azure;
using Azure.Containers.ContainerRegistry;
using Azure.Core;

namespace Images.Registry;

/// <summary>Takes one tag off where a registry deletes whole manifests only, as the CNCF one up to version 2 does.</summary>
/// <param name="content">The repository.</param>
internal sealed class Untagging(ContainerRegistryContentClient content)
{
    private const string NoManifest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Asks for the tag to be deleted; where the registry cannot, moves it to an empty manifest of its own, and deletes that.</summary>
    /// <exception cref="RequestFailedException">405: the registry deletes nothing. Then the tag is where it was.</exception>
    public async Task DeleteAsync(string tag, CancellationToken cancellationToken)
    {
        using var message = content.Pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Delete;
        message.Request.Uri.Reset(new Uri(content.Endpoint, $"/v2/{content.RepositoryName}/manifests/{Uri.EscapeDataString(tag)}"));
        await content.Pipeline.SendAsync(message, cancellationToken);
        if (message.Response.Status is 202 or 404)
        {
            return;
        }

        if (message.Response.Status is not (400 or 405))
        {
            throw new RequestFailedException(message.Response);
        }

        // Before the tag is moved: does the registry delete at all?
        await content.DeleteManifestAsync(NoManifest, cancellationToken);

        var config = (await content.UploadBlobAsync(BinaryData.FromString("{}"), cancellationToken)).Value;
        var manifest = BinaryData.FromString(
            $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{config.Digest}}}","size":{{{config.SizeInBytes}}}},"layers":[],"annotations":{"io.model-training.untagged":"{{{Guid.NewGuid():N}}}"}}
            """
        );
        var moved = (await content.SetManifestAsync(manifest, tag, ManifestMediaType.OciImageManifest, cancellationToken)).Value;
        await content.DeleteManifestAsync(moved.Digest, cancellationToken);
    }
}
