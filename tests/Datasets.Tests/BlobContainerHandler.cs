using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using System.Xml.Linq;

namespace Datasets.Tests;

/// <summary>
/// A blob container over HTTP, as far as reading a dataset takes: listings with the MD5 of each blob, and whole or partial blobs.
/// </summary>
internal sealed class BlobContainerHandler : HttpMessageHandler
{
    private const string Container = "/container/";

    /// <summary>The blobs by their names.</summary>
    public Dictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>The blobs of which the container keeps no MD5.</summary>
    public HashSet<string> WithoutMd5 { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of the blobs that were downloaded, in part or whole.</summary>
    public List<string> Downloads { get; } = [];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath);
        var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
        return Task.FromResult(
            query["comp"] == "list" ? List(query["prefix"] ?? "")
            : Blobs.TryGetValue(path[Container.Length..], out var blob) ? Read(path[Container.Length..], blob, request)
            : new HttpResponseMessage(HttpStatusCode.NotFound)
        );
    }

    private HttpResponseMessage List(string prefix)
    {
        var blobs = Blobs
            .Where(blob => blob.Key.StartsWith(prefix, StringComparison.Ordinal) && !blob.Key[prefix.Length..].Contains('/'))
            .Select(blob => new XElement(
                "Blob",
                new XElement("Name", blob.Key),
                new XElement(
                    "Properties",
                    new XElement("Etag", "0x8D1"),
                    new XElement("Content-Length", blob.Value.Length),
                    WithoutMd5.Contains(blob.Key) ? null : new XElement("Content-MD5", Convert.ToBase64String(Md5(blob.Value))),
                    new XElement("BlobType", "BlockBlob")
                )
            ));
        var folders = Blobs
            .Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name[prefix.Length..].Contains('/'))
            .Select(name => prefix + name[prefix.Length..].Split('/')[0] + "/")
            .Distinct(StringComparer.Ordinal)
            .Select(name => new XElement("BlobPrefix", new XElement("Name", name)));
        var listing = new XElement("EnumerationResults", new XElement("Blobs", blobs, folders), new XElement("NextMarker"));
        return new(HttpStatusCode.OK) { Content = new StringContent(listing.ToString(), Encoding.UTF8, "application/xml") };
    }

    private HttpResponseMessage Read(string name, byte[] blob, HttpRequestMessage request)
    {
        lock (Downloads)
            Downloads.Add(name);
        var range = request.Headers.TryGetValues("x-ms-range", out var values) ? values.Single()["bytes=".Length..].Split('-') : ["0", ""];
        var start = int.Parse(range[0]);
        var end = Math.Min(range[1].Length == 0 ? int.MaxValue : int.Parse(range[1]), blob.Length - 1);
        var response = new HttpResponseMessage(range[1].Length == 0 ? HttpStatusCode.OK : HttpStatusCode.PartialContent)
        {
            Content = new ByteArrayContent(blob[start..(end + 1)]),
        };
        response.Headers.TryAddWithoutValidation("ETag", "\"0x8D1\"");
        response.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
        response.Content.Headers.TryAddWithoutValidation("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT");
        response.Content.Headers.TryAddWithoutValidation("Content-Range", $"bytes {start}-{end}/{blob.Length}");
        return response;
    }

#pragma warning disable CA5351 // The service keeps MD5.
    private static byte[] Md5(byte[] content) => MD5.HashData(content);
#pragma warning restore CA5351
}
