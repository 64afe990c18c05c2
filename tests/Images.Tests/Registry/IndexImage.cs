using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Fixtures.Registries;

namespace Images.Tests.Registry;

/// <summary>Stores indexes and attestations, without any client of ours.</summary>
internal static class IndexImage
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Stores an index of images, and of attestation manifests by the digest of their image.</summary>
    /// <returns>The digest of the index.</returns>
    public static async Task<string> PushAsync(
        Uri registry,
        string repository,
        string tag,
        IEnumerable<SmallImage> images,
        CancellationToken cancellationToken,
        params (string Image, string Manifest)[] attestations
    )
    {
        var entries = images
            .Select(image =>
                $$"""
                    {"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":"{{image.Digest}}",
                     "size":{{Encoding.UTF8.GetByteCount(image.Manifest)}},"platform":{"architecture":"amd64","os":"linux"} }
                    """
            )
            .ToList();
        foreach (var (image, manifest) in attestations)
        {
            var digest = await PutAsync(registry, repository, DigestOf(manifest), manifest, cancellationToken, ManifestType);
            entries.Add(
                $$"""
                {"mediaType":"{{ManifestType}}","digest":"{{digest}}","size":{{Encoding.UTF8.GetByteCount(manifest)}},
                 "annotations":{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"{{image}}"},
                 "platform":{"architecture":"unknown","os":"unknown"} }
                """
            );
        }

        var index = $$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{string.Join(',', entries)}}]}""";
        return await PutAsync(registry, repository, tag, index, cancellationToken);
    }

    /// <summary>Stores a manifest of attestations, one statement per layer.</summary>
    /// <returns>The manifest's text.</returns>
    public static async Task<string> AttestAsync(
        Uri registry,
        string repository,
        CancellationToken cancellationToken,
        params (string Type, string Statement)[] statements
    )
    {
        var layers = new List<string>();
        foreach (var (type, statement) in statements)
        {
            var digest = await UploadAsync(registry, repository, statement, cancellationToken);
            layers.Add(
                $$"""
                {"mediaType":"application/vnd.in-toto+json","digest":"{{digest}}","size":{{Encoding.UTF8.GetByteCount(statement)}},
                 "annotations":{"in-toto.io/predicate-type":"{{type}}"} }
                """
            );
        }

        var config = await UploadAsync(registry, repository, "{}", cancellationToken);
        return $$"""
            {"schemaVersion":2,"mediaType":"{{ManifestType}}",
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config}}","size":2},
             "layers":[{{string.Join(',', layers)}}]}
            """;
    }

    /// <summary>Stores a manifest as it is.</summary>
    /// <returns>Its digest.</returns>
    public static async Task<string> PutAsync(
        Uri registry,
        string repository,
        string reference,
        string manifest,
        CancellationToken cancellationToken,
        string type = IndexType
    )
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(manifest));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var stored = await http.PutAsync(new Uri(registry, $"/v2/{repository}/manifests/{reference}"), content, cancellationToken);
        stored.EnsureSuccessStatusCode();
        return DigestOf(manifest);
    }

    private static async Task<string> UploadAsync(Uri registry, string repository, string text, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var begun = await http.PostAsync(new Uri(registry, $"/v2/{repository}/blobs/uploads/"), content: null, cancellationToken);
        begun.EnsureSuccessStatusCode();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        var location = new Uri(registry, begun.Headers.Location!);
        var address = new Uri($"{location}{(location.Query.Length > 0 ? '&' : '?')}digest={DigestOf(text)}");
        using var stored = await http.PutAsync(address, content, cancellationToken);
        stored.EnsureSuccessStatusCode();
        return DigestOf(text);
    }

    private static string DigestOf(string text) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
