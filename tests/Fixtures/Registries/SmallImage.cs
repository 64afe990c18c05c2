using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Fixtures.Registries;

/// <summary>An image of one small layer, stored without this project's clients.</summary>
/// <param name="Digest">Of the manifest.</param>
/// <param name="ConfigDigest">Of the configuration: what an engine calls the image's ID.</param>
/// <param name="Manifest">The bytes, spaced as no serializer would.</param>
public sealed record SmallImage(string Digest, string ConfigDigest, string Manifest)
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Stores an image that anybody may push.</summary>
    /// <param name="registry"><c>http://localhost:{port}/</c>.</param>
    /// <param name="repository">Repository in it.</param>
    /// <param name="tag">Its tag.</param>
    /// <param name="layer">Text of the layer; another text gives another image.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="created">Time of its build.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public static async Task<SmallImage> PushAsync(
        Uri registry,
        string repository,
        string tag,
        string layer = "a layer",
        IReadOnlyDictionary<string, string>? labels = null,
        DateTimeOffset? created = null,
        CancellationToken cancellationToken = default
    )
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = registry };
        var config = new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["created"] = created ?? new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            ["config"] = new JsonObject
            {
                ["Labels"] = new JsonObject(
                    (labels ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(pair =>
                        KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)
                    )
                ),
            },
            ["history"] = new JsonArray(
                new JsonObject { ["created_by"] = "ARG A=1", ["empty_layer"] = true },
                new JsonObject { ["created_by"] = "RUN |1 A=1 /bin/sh -c make it # buildkit" }
            ),
        };
        var configBytes = Encoding.UTF8.GetBytes(config.ToJsonString());
        var layerBytes = Encoding.UTF8.GetBytes(layer);
        var configDigest = await UploadAsync(http, repository, configBytes, cancellationToken);
        var layerDigest = await UploadAsync(http, repository, layerBytes, cancellationToken);
        var manifest = $$"""
            { "schemaVersion": 2,	"mediaType": "{{ManifestType}}",
             "config": {"mediaType":"application/vnd.docker.container.image.v1+json","size":{{configBytes.Length}},"digest":"{{configDigest}}"},
            "layers" :[ {"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{layerBytes.Length}},"digest":"{{layerDigest}}"} ]  }

            """;
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(manifest))
        {
            Headers = { ContentType = new MediaTypeHeaderValue(ManifestType) },
        };
        using var stored = await http.PutAsync(new Uri($"/v2/{repository}/manifests/{tag}", UriKind.Relative), content, cancellationToken);
        stored.EnsureSuccessStatusCode();
        return new SmallImage(DigestOf(Encoding.UTF8.GetBytes(manifest)), configDigest, manifest);
    }

    private static async Task<string> UploadAsync(HttpClient http, string repository, byte[] bytes, CancellationToken cancellationToken)
    {
        using var begun = await http.PostAsync(
            new Uri($"/v2/{repository}/blobs/uploads/", UriKind.Relative),
            content: null,
            cancellationToken
        );
        begun.EnsureSuccessStatusCode();
        var digest = DigestOf(bytes);
        var location = begun.Headers.Location!.ToString();
        using var content = new ByteArrayContent(bytes);
        using var stored = await http.PutAsync(
            new Uri(
                $"{location}{(location.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={digest}",
                UriKind.RelativeOrAbsolute
            ),
            content,
            cancellationToken
        );
        stored.EnsureSuccessStatusCode();
        return digest;
    }

    private static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
