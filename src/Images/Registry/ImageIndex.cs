using System.Text.Json;
using Workspaces.DataPlane;

namespace Images.Registry;

/// <summary>The manifests that an index names: images, one per platform, and attestations of images.</summary>
/// <param name="Images">Digests of the images.</param>
/// <param name="Attestations">Digests of the attestation manifests by the digest of their image.</param>
internal sealed record ImageIndex(IReadOnlyList<string> Images, ILookup<string, string> Attestations)
{
    /// <summary>The most platforms of an image that are read.</summary>
    public const int MostImages = 16;

    /// <summary>The largest configuration or attestation that is read, in bytes.</summary>
    public const long LargestDocument = 16 * 1024 * 1024;

    private const string ReferenceType = "vnd.docker.reference.type";
    private const string ReferenceDigest = "vnd.docker.reference.digest";
    private const string Attestation = "attestation-manifest";

    /// <summary>Parses an index.</summary>
    /// <returns>Null when the manifest is no index.</returns>
    /// <remarks>Source: docs/attestations/attestation-storage.md of moby/buildkit.</remarks>
    public static ImageIndex? Parse(ImageManifest manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest.Content);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("manifests", out _))
                return null;
            var entries = json
                .RootElement.Items("manifests")
                .Select(entry => (Digest: entry.Text("digest") ?? "", Annotations: entry.TextMap("annotations")))
                .ToList();
            return new(
                [.. entries.Where(entry => !IsAttestation(entry.Annotations)).Select(entry => entry.Digest)],
                entries
                    .Where(entry => IsAttestation(entry.Annotations))
                    .ToLookup(
                        entry => entry.Annotations.GetValueOrDefault(ReferenceDigest, ""),
                        entry => entry.Digest,
                        StringComparer.Ordinal
                    )
            );
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsAttestation(IReadOnlyDictionary<string, string> annotations) =>
        annotations.GetValueOrDefault(ReferenceType) == Attestation;
}
