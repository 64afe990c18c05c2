using System.Collections.Concurrent;
using System.Security;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkspaceEmulator.Tests.Storage;

/// <summary>Simulates one container of a storage account on loopback, in memory. Signatures are not checked.</summary>
public sealed class FakeContainer : IAsyncDisposable
{
    public const string Account = "account";
    public const string Name = "runs";

    private readonly WebApplication application;

    private FakeContainer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        application = builder.Build();
        application.MapGet($"/{Account}/{Name}", (string? prefix) => Results.Text(List(prefix ?? ""), "application/xml"));
        application.MapGet($"/{Account}/{Name}/{{**blob}}", (string blob) =>
            Blobs.TryGetValue(blob, out var content) ? Results.Bytes(content) : Results.NotFound()
        );
        application.MapPut($"/{Account}/{Name}/{{**blob}}", PutAsync);
        application.MapDelete($"/{Account}/{Name}/{{**blob}}", (string blob) =>
            Blobs.TryRemove(blob, out _) ? Results.StatusCode(StatusCodes.Status202Accepted) : Results.NotFound()
        );
    }

    /// <summary>Gets the blobs by name.</summary>
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets or sets whether every upload is refused.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Gets the endpoint of a datastore, which ends in the account.</summary>
    public string Endpoint => $"{new Uri(application.Urls.Single()).Authority}/{Account}";

    public static async Task<FakeContainer> StartAsync()
    {
        var container = new FakeContainer();
        await container.application.StartAsync();
        return container;
    }

    /// <summary>Returns the texts of all blobs by name.</summary>
    public SortedDictionary<string, string> Texts() =>
        new(Blobs.ToDictionary(blob => blob.Key, blob => Encoding.UTF8.GetString(blob.Value)), StringComparer.Ordinal);

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private string List(string prefix)
    {
        var blobs = Blobs
            .Where(blob => blob.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(blob =>
                $"<Blob><Name>{SecurityElement.Escape(blob.Key)}</Name><Properties><Etag>0x{Convert.ToHexString(blob.Value)}</Etag>"
                + $"<Content-Length>{blob.Value.Length}</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>"
            );
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>"
            + $"{string.Concat(blobs)}</Blobs><NextMarker/></EnumerationResults>";
    }

    private async Task PutAsync(string blob, HttpContext context)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content);
        context.Response.Headers["x-ms-error-code"] = IsReadOnly ? "AuthorizationFailure" : "";
        context.Response.StatusCode = IsReadOnly ? 403 : 201;
        if (IsReadOnly)
            return;
        Blobs[blob] = content.ToArray();
        context.Response.Headers.ETag = "\"0x1\"";
        context.Response.Headers.LastModified = "Thu, 01 Jan 1970 00:00:00 GMT";
    }
}
