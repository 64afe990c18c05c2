using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixtures.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fixtures.Registries;

/// <summary>
/// A token service on loopback with its own key. It serves docker's token protocol (GET with basic authentication or none, POST with a
/// password or a refresh token) and Azure's (<c>POST /oauth2/exchange</c>, <c>POST /oauth2/token</c>), all at the same two addresses.
/// </summary>
public sealed class TokenService : IAsyncDisposable
{
    /// <summary>The user name whose password is a refresh token, as Azure has it.</summary>
    public const string RefreshTokenUser = "00000000-0000-0000-0000-000000000000";

    private readonly ConcurrentQueue<TokenRequest> requests = new();
    private readonly ConcurrentDictionary<string, bool> withdrawn = new(StringComparer.Ordinal);
    private TokenSigner signer;
    private LoopbackServer? server;

    private TokenService(TokenAlgorithm algorithm) => signer = new TokenSigner(algorithm);

    public string Service { get; init; } = "registry.test";

    public string Issuer { get; init; } = "Token service of a test";

    /// <summary>Its address for tokens: <c>http://localhost:{port}/oauth2/token</c>.</summary>
    public Uri Realm => new((server ?? throw new InvalidOperationException("Not started.")).Address, "/oauth2/token");

    /// <summary>The certificate a registry must trust, PEM.</summary>
    public string CertificatePem => signer.CertificatePem;

    public ConcurrentDictionary<string, TokenUser> Users { get; } = new(StringComparer.Ordinal);

    /// <summary>The owners of Microsoft Entra tokens: user names by token.</summary>
    public ConcurrentDictionary<string, string> AadTokens { get; } = new(StringComparer.Ordinal);

    /// <summary>The grants of anonymous requests.</summary>
    public IReadOnlyList<string> AnonymousGrants { get; set; } = [];

    /// <summary>
    /// Lifetime of the access tokens that are issued from now on. Below minus one minute they have expired when they are issued, beyond the
    /// registry's leeway.
    /// </summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromHours(3);

    /// <summary>Every request so far, in order.</summary>
    public IReadOnlyList<TokenRequest> Requests => [.. requests];

    public static async Task<TokenService> StartAsync(
        TokenAlgorithm algorithm = TokenAlgorithm.ES256,
        CancellationToken cancellationToken = default
    )
    {
        var service = new TokenService(algorithm);
        service.server = await LoopbackServer.StartAsync(isHttps: false, service.Map, cancellationToken);
        return service;
    }

    /// <summary>
    /// Creates a new key. Every token issued so far becomes invalid: here at once, at a registry after its restart.
    /// </summary>
    public void RotateKey()
    {
        var old = signer;
        signer = new TokenSigner(old.Algorithm);
        old.Dispose();
    }

    /// <summary>Refuses the refresh tokens issued so far; access tokens stay valid.</summary>
    public void WithdrawRefreshTokens()
    {
        foreach (var token in withdrawn.Keys)
        {
            withdrawn[token] = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        signer.Dispose();
    }

    /// <summary>Adds the two addresses to a server.</summary>
    internal void Map(WebApplication app)
    {
        app.MapGet("/oauth2/token", GetTokenAsync);
        app.MapPost("/oauth2/token", PostTokenAsync);
        app.MapPost("/oauth2/exchange", ExchangeAsync);
    }

    /// <summary>Whether a request's bearer token grants a scope.</summary>
    internal bool Allows(string? authorization, string scope)
    {
        if (authorization is null || !authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return Claims(authorization["Bearer ".Length..]) is { } claims
            && claims["access"] is JsonArray access
            && RegistryScope
                .Parse(scope)
                .All(wanted =>
                    wanted.Actions.All(action =>
                        access.Any(entry =>
                            (string?)entry!["type"] == wanted.Type
                            && (string?)entry["name"] == wanted.Name
                            && entry["actions"]!.AsArray().Any(given => (string?)given == action)
                        )
                    )
                );
    }

    private async Task GetTokenAsync(HttpContext context)
    {
        var scope = string.Join(' ', context.Request.Query["scope"].ToArray());
        if (Basic(context.Request.Headers.Authorization) is { } basic)
        {
            await AnswerAsync(
                context,
                "basic",
                scope,
                UserOf(basic.Name, basic.Password),
                wantsRefreshToken: context.Request.Query["offline_token"] == "true"
            );
        }
        else
        {
            await AnswerAsync(context, "anonymous", scope, user: null, wantsRefreshToken: false);
        }
    }

    private async Task PostTokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var scope = string.Join(' ', form["scope"].ToArray());
        var wantsRefreshToken = form["access_type"] == "offline";
        if (form["grant_type"] == "refresh_token")
        {
            await AnswerAsync(context, "refresh_token", scope, UserOfRefreshToken(form["refresh_token"].ToString()), wantsRefreshToken);
        }
        else if (form.ContainsKey("username"))
        {
            await AnswerAsync(
                context,
                "password",
                scope,
                UserOf(form["username"].ToString(), form["password"].ToString()),
                wantsRefreshToken
            );
        }
        else
        {
            await AnswerAsync(context, "anonymous", scope, user: null, wantsRefreshToken);
        }
    }

    private async Task ExchangeAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var user = AadTokens.GetValueOrDefault(form["access_token"].ToString());
        requests.Enqueue(new TokenRequest("exchange", "", user));
        if (user is null)
        {
            await RefuseAsync(context);
            return;
        }

        await context.Response.WriteAsJsonAsync(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["refresh_token"] = RefreshTokenOf(user) }
        );
    }

    private async Task AnswerAsync(HttpContext context, string kind, string scope, string? user, bool wantsRefreshToken)
    {
        requests.Enqueue(new TokenRequest(kind, scope, user));
        if (user is null && kind != "anonymous")
        {
            await RefuseAsync(context);
            return;
        }

        var grants = (user is null ? AnonymousGrants : Users[user].Grants).SelectMany(RegistryScope.Parse).ToList();
        var access = RegistryScope.Parse(scope).Select(wanted => wanted.Within(grants)).Where(given => given.Actions.Count > 0);
        var token = signer.Sign(Claims(user, AccessTokenLifetime, "access_token", access));
        var answer = new JsonObject
        {
            ["access_token"] = token,
            ["token"] = token,
            ["expires_in"] = (int)AccessTokenLifetime.TotalSeconds,
            ["issued_at"] = DateTimeOffset.UtcNow.ToString("O"),
        };
        if (wantsRefreshToken && user is not null)
        {
            answer["refresh_token"] = RefreshTokenOf(user);
        }

        await context.Response.WriteAsJsonAsync(answer);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("""{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}""");
    }

    private string RefreshTokenOf(string user)
    {
        var token = signer.Sign(Claims(user, RefreshTokenLifetime, "refresh_token", []));
        withdrawn[token] = false;
        return token;
    }

    private string? UserOf(string name, string password) =>
        name == RefreshTokenUser ? UserOfRefreshToken(password)
        : Users.TryGetValue(name, out var user) && user.Password == password ? name
        : null;

    private string? UserOfRefreshToken(string token) =>
        withdrawn.TryGetValue(token, out var isWithdrawn)
        && !isWithdrawn
        && Claims(token) is { } claims
        && (string?)claims["grant_type"] == "refresh_token"
            ? (string?)claims["sub"]
            : null;

    private JsonObject? Claims(string token)
    {
        if (token.Split('.') is not [_, var payload, _] || !signer.IsMine(token))
        {
            return null;
        }

        var claims = JsonSerializer.Deserialize<JsonObject>(System.Buffers.Text.Base64Url.DecodeFromChars(payload))!;
        return (long)claims["exp"]! > DateTimeOffset.UtcNow.ToUnixTimeSeconds() ? claims : null;
    }

    private JsonObject Claims(string? user, TimeSpan lifetime, string grant, IEnumerable<RegistryScope> access)
    {
        var now = DateTimeOffset.UtcNow;
        return new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = user ?? "",
            ["aud"] = Service,
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["nbf"] = now.AddMinutes(-10).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["grant_type"] = grant,
            ["access"] = new JsonArray([.. access.Select(scope => (JsonNode)scope.ToJson())]),
        };
    }

    private static (string Name, string Password)? Basic(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(authorization["Basic ".Length..]));
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return (pair[..colon], pair[(colon + 1)..]);
    }
}
