using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Docker.EndToEnd.Tests;

/// <summary>Asks a registry on this machine what it holds, by the protocol itself.</summary>
internal static class RegistryContent
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>The digest a tag leads to; null when there is no such tag.</summary>
    public static async Task<string?> FindDigestAsync(string registry, string repository, string tag)
    {
        using var answer = await GetAsync(registry, repository, tag);
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : answer.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single();
    }

    /// <summary>The digests of an image's layers, the lowest first.</summary>
    public static async Task<IReadOnlyList<string>> LayersAsync(string registry, string repository, string reference)
    {
        using var answer = await GetAsync(registry, repository, reference);
        var manifest = JsonNode.Parse(
            await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
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
