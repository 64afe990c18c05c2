using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Containers.ContainerRegistry;

/// <summary>
/// Signs requests in to Azure Container Registry, which wants tokens of its own:
/// <list type="number">
/// <item>The request goes out as it is, and the registry answers 401 with a challenge.</item>
/// <item>The challenge names the service and the scope wanted.</item>
/// <item>A Microsoft Entra token of the credential is exchanged for a refresh token of the registry (<c>/oauth2/exchange</c>).</item>
/// <item>The refresh token buys an access token for that scope (<c>/oauth2/token</c>).</item>
/// <item>The request goes out again with the access token.</item>
/// </list>
/// A scope that was asked for once is remembered, and its access token used again until it expires, so that one round trip does for most requests.
/// </summary>
/// <remarks>
/// The base class refuses any address that is not https, before anything is sent. Requests to another host, such as the storage account
/// that a blob is redirected to, get no token, and a challenge from there gets no answer.
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

    // A token with less than this to live is not used: the request would take longer to arrive.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly TokenCredential _credential;
    private readonly string _aadScope;
    private readonly Uri _registry;
    private readonly TokenExchange _exchange;
    private readonly ConcurrentDictionary<string, string> _scopes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _accessTokens = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _renewal = new(1, 1);
    private (string Service, string Token)? _refreshToken;

    public ChallengeAuthenticationPolicy(TokenCredential credential, string aadScope, Uri registry, TokenExchange exchange)
        : base(credential, aadScope)
    {
        _credential = credential;
        _aadScope = aadScope;
        _registry = registry;
        _exchange = exchange;
    }

    protected override ValueTask AuthorizeRequestAsync(HttpMessage message)
    {
        if (
            IsForRegistry(message)
            && _scopes.TryGetValue(KindOf(message.Request), out var scope)
            && _accessTokens.TryGetValue(scope, out var token)
            && IsFresh(token)
        )
        {
            Authorize(message, token);
        }

        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<bool> AuthorizeRequestOnChallengeAsync(HttpMessage message)
    {
        // Step 1 is behind us: the registry answered 401. Step 2: what does it want?
        if (!IsForRegistry(message) || BearerChallenge.Read(message.Response) is not { } challenge)
        {
            return false;
        }

        var scope = challenge.Scope ?? "";
        _scopes[KindOf(message.Request)] = scope;
        var refused = message.Request.Headers.TryGetValue(HttpHeader.Names.Authorization, out var value) ? value["Bearer ".Length..] : null;

        await _renewal.WaitAsync(message.CancellationToken).ConfigureAwait(false);
        try
        {
            // Another request may have renewed the token while this one was under way.
            if (!_accessTokens.TryGetValue(scope, out var token) || token == refused || !IsFresh(token))
            {
                token = await GetAccessTokenAsync(message, challenge).ConfigureAwait(false);
                _accessTokens[scope] = token;
            }

            // Step 5: the request once more, with the access token.
            Authorize(message, token);
            return true;
        }
        finally
        {
            _renewal.Release();
        }
    }

    protected override void AuthorizeRequest(HttpMessage message) => throw OnlyAsynchronous();

    protected override bool AuthorizeRequestOnChallenge(HttpMessage message) => throw OnlyAsynchronous();

    private async Task<string> GetAccessTokenAsync(HttpMessage message, BearerChallenge challenge)
    {
        if (_credential is AnonymousAccessCredential)
        {
            // Step 3 has nothing to exchange; step 4 asks for what anybody may do.
            return await BuyAsync(challenge, refreshToken: null, message.CancellationToken).ConfigureAwait(false);
        }

        // Step 3: a refresh token of the registry, kept from an earlier request where there is one.
        var (refreshToken, isKept) =
            _refreshToken is { } kept && kept.Service == challenge.Service && IsFresh(kept.Token)
                ? (kept.Token, true)
                : (await ExchangeAsync(message, challenge.Service).ConfigureAwait(false), false);
        try
        {
            // Step 4: an access token for the scope.
            return await BuyAsync(challenge, refreshToken, message.CancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException error) when (isKept && error.Status == 401)
        {
            // The kept one was withdrawn or has expired by the registry's clock: steps 3 and 4 again, once.
            refreshToken = await ExchangeAsync(message, challenge.Service).ConfigureAwait(false);
            return await BuyAsync(challenge, refreshToken, message.CancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string> BuyAsync(BearerChallenge challenge, string? refreshToken, CancellationToken cancellationToken)
    {
        var access = await _exchange
            .GetAccessTokenAsync(challenge.Service, challenge.Scope, refreshToken, cancellationToken)
            .ConfigureAwait(false);
        return access.Value.AccessToken;
    }

    private async Task<string> ExchangeAsync(HttpMessage message, string service)
    {
        var context = new TokenRequestContext([_aadScope], message.Request.ClientRequestId);
        var aad = await _credential.GetTokenAsync(context, message.CancellationToken).ConfigureAwait(false);
        var refresh = await _exchange
            .GetRefreshTokenAsync(service, tenant: null, refreshToken: null, aad.Token, message.CancellationToken)
            .ConfigureAwait(false);
        _refreshToken = (service, refresh.Value.RefreshToken);
        return refresh.Value.RefreshToken;
    }

    private bool IsForRegistry(HttpMessage message) =>
        Uri.Compare(
            message.Request.Uri.ToUri(),
            _registry,
            UriComponents.SchemeAndServer,
            UriFormat.Unescaped,
            StringComparison.OrdinalIgnoreCase
        ) == 0;

    private static bool IsFresh(string token) => TokenExchange.ExpiryOf(token) - Margin > DateTimeOffset.UtcNow;

    private static void Authorize(HttpMessage message, string token) =>
        message.Request.Headers.SetValue(HttpHeader.Names.Authorization, $"Bearer {token}");

    /// <summary>Requests of one kind want one scope: the API, the repository, and whether it is read, written or deleted from.</summary>
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
