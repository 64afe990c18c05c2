using System.Text.Json.Nodes;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Registry;

/// <summary>
/// Issues and validates refresh and access tokens of a registry, as Azure Container Registry does. The holder of the emulator's own token
/// may do everything.
/// </summary>
internal sealed class RegistryTokens(RegistryTokenKey key, AccessTokens owner, RegistrySettings settings, TimeProvider time)
{
    /// <summary>The user name whose password is a refresh token.</summary>
    public const string RefreshTokenUser = "00000000-0000-0000-0000-000000000000";

    /// <summary>The issuer that tokens name; the registry's configuration must name the same.</summary>
    public const string Issuer = "Azure Container Registry";

    private const string RefreshGrant = "refresh_token";
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromHours(3);
    private static readonly TimeSpan AccessLifetime = TimeSpan.FromMinutes(75);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Returns whether tokens for a service may be issued at all.</summary>
    public bool Serves(string service) => service.Length > 0 && (settings.Service ?? service) == service;

    /// <summary>
    /// Returns whether a user name and password are the owner's: a refresh token with Azure's user name for it, the emulator's token with
    /// any other.
    /// </summary>
    public bool IsOwner(string user, string password, string service) =>
        user == RefreshTokenUser ? IsRefreshToken(password, service) : owner.IsOwner(password);

    public bool IsRefreshToken(string token, string service) =>
        key.Read(token) is { } claims
        && claims.Text("grant_type") == RefreshGrant
        && claims.Text("aud") == service
        && claims.Integer("exp") > time.GetUtcNow().ToUnixTimeSeconds();

    public string IssueRefreshToken(string service) => key.Sign(Claims(service, RefreshLifetime, RefreshGrant));

    /// <summary>Creates a token that grants every requested scope.</summary>
    /// <param name="service">The registry, as it calls itself.</param>
    /// <param name="scopes">Each <c>type:name:action,action</c>.</param>
    public string IssueAccessToken(string service, IEnumerable<RegistryScope> scopes)
    {
        var claims = Claims(service, AccessLifetime, "access_token");
        claims["access"] = scopes
            .Select(scope =>
                (JsonNode?)
                    new JsonObject
                    {
                        ["type"] = scope.Type,
                        ["name"] = scope.Name,
                        ["actions"] = scope.Actions.Select(action => (JsonNode?)JsonValue.Create(action)).ToJsonArray(),
                    }
            )
            .ToJsonArray();
        return key.Sign(claims);
    }

    private JsonObject Claims(string service, TimeSpan lifetime, string grant)
    {
        var now = time.GetUtcNow();
        return new()
        {
            ["jti"] = Guid.NewGuid().ToString(),
            ["sub"] = "emulator",
            ["nbf"] = (now - ClockSkew).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["aud"] = service,
            ["grant_type"] = grant,
        };
    }
}
