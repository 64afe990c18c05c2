using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Fixtures.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fixtures.Registries;

/// <summary>
/// The blob store of a registry: a separate host to which blob requests are redirected. It records the headers of each request.
/// </summary>
public sealed class BlobStore : IAsyncDisposable
{
    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> requests = new();
    private LoopbackServer? server;

    public Uri Address => (server ?? throw new InvalidOperationException("Not started.")).Address;

    /// <summary>The headers of each request so far, in order.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Requests => [.. requests];

    /// <summary>When set, every request gets 401 with this challenge.</summary>
    public string? Challenge { get; set; }

    /// <summary>Finds the file of a blob by its digest.</summary>
    public Func<string, string>? PathOfBlob { get; set; }

    internal X509Certificate2? Certificate => server?.Certificate;

    public static async Task<BlobStore> StartAsync(CancellationToken cancellationToken = default)
    {
        var store = new BlobStore();
        store.server = await LoopbackServer.StartAsync(
            isHttps: true,
            app => app.MapGet("/blobs/{digest}", store.GetAsync),
            cancellationToken
        );
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    private Task GetAsync(HttpContext context, string digest)
    {
        requests.Enqueue(
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)
        );
        if (Challenge is not null)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = Challenge;
            return Task.CompletedTask;
        }

        context.Response.ContentType = "application/octet-stream";
        return context.Response.SendFileAsync(PathOfBlob!(digest));
    }
}
