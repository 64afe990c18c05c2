using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Containers.ContainerRegistry;

/// <summary>
/// Signs requests in to Azure Container Registry, which requires its own tokens:
/// <list type="number">
/// <item>The request is sent without a token, and the registry responds 401 with a challenge.</item>
/// <item>The challenge names the service and the required scope.</item>
/// <item>A Microsoft Entra token of the credential is exchanged for a refresh token of the registry (<c>/oauth2/exchange</c>).</item>
/// <item>The refresh token is exchanged for an access token of that scope (<c>/oauth2/token</c>).</item>
/// <item>The request is retried with the access token.</item>
/// </list>
/// The scope of a request is remembered and its access token reused until it expires, so that most requests need one round trip.
/// </summary>
/// <remarks>
/// The base class refuses any address that is not https, before anything is sent. Requests to another host, such as the storage account
/// that a blob is redirected to, get no token, and a challenge from there is ignored.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Pipelines are not disposed, and a semaphore without a wait handle holds nothing."
)]
internal sealed class ChallengeAuthenticationPolicy : BearerTokenAuthenticationPolicy
{
    // What follows the repository's name in a path.
    private static readonly string[] PartsBelowRepository = ["/manifests/", "/blobs/", "/tags/", "/_manifests", "/_tags"];

    // A token that expires sooner is not used: the request could arrive later.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly TokenCredential credential;
    private readonly string aadScope;
    private readonly Uri registry;
    private readonly TokenExchange exchange;
    private readonly ConcurrentDictionary<string, string> scopes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> accessTokens = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim renewal = new(1, 1);
    private (string Service, string Token)? refreshToken;

    public ChallengeAuthenticationPolicy(TokenCredential credential, string aadScope, Uri registry, TokenExchange exchange)
        : base(credential, aadScope)
    {
        this.credential = credential;
        this.aadScope = aadScope;
        this.registry = registry;
        this.exchange = exchange;
    }

    protected override ValueTask AuthorizeRequestAsync(HttpMessage message)
    {
        if (
            IsForRegistry(message)
            && scopes.TryGetValue(KindOf(message.Request), out var scope)
            && accessTokens.TryGetValue(scope, out var token)
            && IsFresh(token)
        )
        {
            Authorize(message, token);
        }

        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<bool> AuthorizeRequestOnChallengeAsync(HttpMessage message)
    {
        // Step 1 is done: the registry responded 401. Step 2: read the challenge.
        if (!IsForRegistry(message) || BearerChallenge.Read(message.Response) is not { } challenge)
            return false;

        var scope = challenge.Scope ?? "";
        scopes[KindOf(message.Request)] = scope;
        var refused = message.Request.Headers.TryGetValue(HttpHeader.Names.Authorization, out var value) ? value["Bearer ".Length..] : null;

        await renewal.WaitAsync(message.CancellationToken).ConfigureAwait(false);
        try
        {
            // Another request may have renewed the token in the meantime.
            if (!accessTokens.TryGetValue(scope, out var token) || token == refused || !IsFresh(token))
            {
                token = await GetAccessTokenAsync(message, challenge).ConfigureAwait(false);
                accessTokens[scope] = token;
            }

            // Step 5: send the request again with the access token.
            Authorize(message, token);
            return true;
        }
        finally
        {
            renewal.Release();
        }
    }

    protected override void AuthorizeRequest(HttpMessage message) => throw OnlyAsynchronous();

    protected override bool AuthorizeRequestOnChallenge(HttpMessage message) => throw OnlyAsynchronous();

    private async Task<string> GetAccessTokenAsync(HttpMessage message, BearerChallenge challenge)
    {
        if (credential is AnonymousAccessCredential)
        {
            // Step 3 has nothing to exchange; step 4 requests a token with anonymous rights.
            return await BuyAsync(challenge, refreshToken: null, message.CancellationToken).ConfigureAwait(false);
        }

        // Step 3: a refresh token of the registry, cached from an earlier request if possible.
        var (refreshToken, isKept) =
            this.refreshToken is { } kept && kept.Service == challenge.Service && IsFresh(kept.Token)
                ? (kept.Token, true)
                : (await ExchangeAsync(message, challenge.Service).ConfigureAwait(false), false);
        try
        {
            // Step 4: an access token for the scope.
            return await BuyAsync(challenge, refreshToken, message.CancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException error) when (isKept && error.Status == 401)
        {
            // The cached refresh token was revoked or has expired by the registry's clock: repeat steps 3 and 4 once.
            refreshToken = await ExchangeAsync(message, challenge.Service).ConfigureAwait(false);
            return await BuyAsync(challenge, refreshToken, message.CancellationToken).ConfigureAwait(false);
        }
    }

    private Task<string> BuyAsync(BearerChallenge challenge, string? refreshToken, CancellationToken cancellationToken) =>
        exchange.GetAccessTokenAsync(challenge.Service, challenge.Scope, refreshToken, cancellationToken);

    private async Task<string> ExchangeAsync(HttpMessage message, string service)
    {
        var context = new TokenRequestContext([aadScope], message.Request.ClientRequestId);
        var aad = await credential.GetTokenAsync(context, message.CancellationToken).ConfigureAwait(false);
        var refresh = await exchange.GetRefreshTokenAsync(service, aad.Token, message.CancellationToken).ConfigureAwait(false);
        refreshToken = (service, refresh);
        return refresh;
    }

    private bool IsForRegistry(HttpMessage message) =>
        Uri.Compare(
            message.Request.Uri.ToUri(),
            registry,
            UriComponents.SchemeAndServer,
            UriFormat.Unescaped,
            StringComparison.OrdinalIgnoreCase
        ) == 0;

    private static bool IsFresh(string token) => TokenExchange.ExpiryOf(token) - Margin > TimeProvider.System.GetUtcNow();

    private static void Authorize(HttpMessage message, string token) =>
        message.Request.Headers.SetValue(HttpHeader.Names.Authorization, $"Bearer {token}");

    /// <summary>
    /// Returns the kind of a request: the API, the repository, and whether the request reads, writes or deletes. Requests of one kind need
    /// one scope.
    /// </summary>
    private static string KindOf(Request request)
    {
        var path = request.Uri.Path;
        var end = PartsBelowRepository
            .Select(part => path.IndexOf(part, StringComparison.Ordinal))
            .Where(index => index >= 0)
            .DefaultIfEmpty(path.Length)
            .Min();
        var action =
            request.Method == RequestMethod.Get || request.Method == RequestMethod.Head ? "read"
            : request.Method == RequestMethod.Delete ? "delete"
            : "write";
        return $"{action} {path[..end]}";
    }

    private static NotSupportedException OnlyAsynchronous() =>
        new("Requests to a registry are asynchronous here; it must be sent with HttpPipeline.SendAsync.");
}
