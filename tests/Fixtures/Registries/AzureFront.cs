using System.Net;
using Fixtures.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fixtures.Registries;

/// <summary>
/// Makes a distribution registry look like Azure's: https, the token calls on the registry's own host, the catalogue under <c>/acr/v1</c>,
/// and blobs redirected to another host when a <see cref="BlobStore"/> is given. What is <c>/v2</c> goes to the registry itself.
/// </summary>
public sealed class AzureFront : IAsyncDisposable
{
    // The registry does not always ask for a body; after this limit it is sent anyway.
    private static readonly TimeSpan ContinueLimit = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            Expect100ContinueTimeout = ContinueLimit,
        }
    );
    private readonly TokenService? tokens;
    private readonly BlobStore? store;
    private readonly AzureCatalogue catalogue;
    private DistributionRegistry? registry;
    private LoopbackServer? server;

    private AzureFront(TokenService? tokens, BlobStore? store)
    {
        this.tokens = tokens;
        this.store = store;
        catalogue = new AzureCatalogue(() => Registry, () => Address, tokens);
    }

    /// <summary><c>https://localhost:{port}/</c>.</summary>
    public Uri Address => Server.Address;

    /// <summary>The registry behind it.</summary>
    public DistributionRegistry Registry => registry ?? throw new InvalidOperationException("Not started.");

    /// <summary>Responds in place of the registry when it returns true; null passes every request on.</summary>
    public Func<HttpContext, Task<bool>>? Intercept { get; set; }

    private LoopbackServer Server => server ?? throw new InvalidOperationException("Not started.");

    /// <summary>
    /// Starts the front and a registry behind it. The front stops the registry; token service and store are the caller's.
    /// </summary>
    public static async Task<AzureFront> StartAsync(
        TokenService? tokens = null,
        BlobStore? store = null,
        CancellationToken cancellationToken = default
    )
    {
        var front = new AzureFront(tokens, store);
        try
        {
            front.server = await LoopbackServer.StartAsync(isHttps: true, front.Map, cancellationToken);
            var options = new RegistryOptions { TokenService = tokens, Realm = new Uri(front.Address, "/oauth2/token") };
            front.registry = await DistributionRegistry.StartAsync(options, cancellationToken);
            if (store is not null)
            {
                store.PathOfBlob = front.registry.PathOfBlob;
            }

            return front;
        }
        catch
        {
            await front.DisposeAsync();
            throw;
        }
    }

    /// <summary>A handler that trusts the certificates of this front and of its blob store, and no other.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        string?[] trusted = [Server.Certificate?.Thumbprint, this.store?.Certificate?.Thumbprint];
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            Expect100ContinueTimeout = ContinueLimit,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => trusted.Contains(certificate?.GetCertHashString()),
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        if (registry is not null)
        {
            await registry.DisposeAsync();
        }

        http.Dispose();
    }

    private void Map(WebApplication app)
    {
        app.Use(
            async (context, next) =>
            {
                if (Intercept is not { } intercept || !await intercept(context))
                {
                    await next(context);
                }
            }
        );
        this.tokens?.Map(app);
        catalogue.Map(app);
        app.Map("/v2/{**rest}", ForwardAsync);
    }

    // A repository may be called manifests.
    private bool IsLocked(string path)
    {
        const string Root = "/v2/";
        const string Manifests = "/manifests/";
        var at = path.LastIndexOf(Manifests, StringComparison.Ordinal);
        return at > Root.Length && catalogue.IsLocked(path[Root.Length..at], path[(at + Manifests.Length)..]);
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsPut(request.Method) && IsLocked(request.Path.Value!))
        {
            await AzureCatalogue.RefuseLockedAsync(context);
            return;
        }

        using var forwarded = new HttpRequestMessage(
            new HttpMethod(request.Method),
            new Uri(Registry.Address, request.Path.ToUriComponent() + request.QueryString)
        );
        // The registry writes its Location headers with these two.
        forwarded.Headers.Host = Address.Authority;
        forwarded.Headers.Add("X-Forwarded-Proto", "https");
        if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            forwarded.Content = new StreamContent(request.Body);
            forwarded.Content.Headers.ContentLength = request.ContentLength;
            // The body is read from the client only when the registry reads it.
            forwarded.Headers.ExpectContinue = true;
        }

        foreach (
            var (name, value) in request.Headers.Where(header =>
                header.Key is not ("Host" or "Connection" or "Expect" or "Content-Length" or "Transfer-Encoding")
            )
        )
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value))
            {
                forwarded.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
            }
        }

        using var answer = await http.SendAsync(forwarded, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        var isBlob = HttpMethods.IsGet(request.Method) && request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal);
        if (this.store is not null && isBlob && answer.StatusCode == HttpStatusCode.OK)
        {
            var digest = request.Path.Value![(request.Path.Value!.LastIndexOf('/') + 1)..];
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = new Uri(this.store.Address, $"/blobs/{digest}?sig=planted-signature").AbsoluteUri;
            return;
        }

        await CopyAsync(answer, context);
    }

    private static async Task CopyAsync(HttpResponseMessage answer, HttpContext context)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (
            var (name, values) in ((IEnumerable<KeyValuePair<string, IEnumerable<string>>>)answer.Headers).Concat(answer.Content.Headers)
        )
        {
            if (name is not ("Transfer-Encoding" or "Connection"))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (!HttpMethods.IsHead(context.Request.Method) && answer.StatusCode != HttpStatusCode.NoContent)
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
