using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace EndToEnd.Images.Chain;

/// <summary>Reads the content of a registry on this machine with plain requests.</summary>
internal static class RegistryContent
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Reads the digest of a tag; null when the tag does not exist.</summary>
    public static async Task<string?> FindDigestAsync(string registry, string repository, string tag)
    {
        using var response = await GetAsync(registry, repository, tag);
        return response.StatusCode == HttpStatusCode.NotFound
            ? null
            : response.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single();
    }

    /// <summary>Reads the digests of an image's layers, lowest first.</summary>
    public static async Task<IReadOnlyList<string>> LayersAsync(string registry, string repository, string reference)
    {
        using var response = await GetAsync(registry, repository, reference);
        var manifest = JsonNode.Parse(
            await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        )!;
        return [.. manifest["layers"]!.AsArray().Select(layer => (string)layer!["digest"]!)];
    }

    private static async Task<HttpResponseMessage> GetAsync(string registry, string repository, string reference)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{registry}/v2/{repository}/manifests/{reference}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(ManifestType));
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
