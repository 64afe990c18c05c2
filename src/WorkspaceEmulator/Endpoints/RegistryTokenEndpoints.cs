using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps the token service of a container registry, with the paths and names of Azure Container Registry.</summary>
/// <remarks>Source: <see href="https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md"/>; docker's side of it:
/// <see href="https://distribution.github.io/distribution/spec/auth/token/"/>.</remarks>
internal static class RegistryTokenEndpoints
{
    private const string Area = "Registry tokens";

    public static void MapRegistryTokens(this WebApplication application)
    {
        application
            .MapPost("/oauth2/exchange", ExchangeAsync)
            .Emulates(
                Area,
                "Exchange",
                "Form: `grant_type` (`access_token`, `access_token_refresh_token`, `refresh_token`), `service`, and the emulator's token "
                    + "as `access_token`."
            );
        application
            .MapPost("/oauth2/token", PostTokenAsync)
            .Emulates(
                Area,
                "Token",
                "Form: `grant_type` `refresh_token` with one, or `password` with `username` and `password`; `service`; `scope`, which may "
                    + "repeat. Every scope is granted."
            );
        application
            .MapGet("/oauth2/token", GetToken)
            .Emulates(
                Area,
                "Token",
                "Basic authentication: user `00000000-0000-0000-0000-000000000000` with a refresh token, any other with the emulator's "
                    + "token."
            );
    }

    private static async Task<Results<Ok<JsonObject>, JsonHttpResult<JsonObject>>> ExchangeAsync(
        HttpRequest request,
        RegistryTokens tokens,
        AccessTokens owner
    )
    {
        if (!request.HasFormContentType)
            return NoForm();
        var form = await request.ReadFormAsync();
        var service = form["service"].ToString();
        if (Fault(service, tokens) is { } fault)
            return fault;
        var isOwner = form["grant_type"].ToString() switch
        {
            "access_token" or "access_token_refresh_token" => owner.IsOwner(form["access_token"].ToString()),
            "refresh_token" => tokens.IsRefreshToken(form["refresh_token"].ToString(), service),
            _ => (bool?)null,
        };
        return isOwner switch
        {
            true => TypedResults.Ok(new JsonObject { ["refresh_token"] = tokens.IssueRefreshToken(service) }),
            false => RegistryErrors.Unauthorized(),
            null => RegistryErrors.Unsupported("grant_type must be access_token, access_token_refresh_token or refresh_token."),
        };
    }

    private static async Task<Results<Ok<JsonObject>, JsonHttpResult<JsonObject>>> PostTokenAsync(
        HttpRequest request,
        RegistryTokens tokens
    )
    {
        if (!request.HasFormContentType)
            return NoForm();
        var form = await request.ReadFormAsync();
        var service = form["service"].ToString();
        return form["grant_type"].ToString() switch
        {
            "refresh_token" => Respond(tokens, service, form["scope"], tokens.IsRefreshToken(form["refresh_token"].ToString(), service)),
            "password" => Respond(
                tokens,
                service,
                form["scope"],
                tokens.IsOwner(form["username"].ToString(), form["password"].ToString(), service)
            ),
            _ => RegistryErrors.Unsupported("grant_type must be refresh_token or password."),
        };
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> GetToken(HttpRequest request, RegistryTokens tokens)
    {
        var service = request.Query["service"].ToString();
        var isOwner = Basic(request.Headers.Authorization.ToString()) is var (user, password) && tokens.IsOwner(user, password, service);
        return Respond(tokens, service, request.Query["scope"], isOwner);
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> Respond(
        RegistryTokens tokens,
        string service,
        StringValues scope,
        bool isOwner
    )
    {
        if (Fault(service, tokens) is { } fault)
            return fault;
        if (!isOwner)
            return RegistryErrors.Unauthorized();
        var scopes = new List<RegistryScope>();
        // Clients send several scopes in one parameter, or the parameter several times.
        foreach (var text in scope.SelectMany(value => (value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (RegistryScope.Parse(text) is not { } parsed)
            {
                return RegistryErrors.Unsupported(
                    $"scope is '{text}'; it must be TYPE:NAME:ACTIONS, such as repository:detection:pull,push."
                );
            }

            scopes.Add(parsed);
        }

        return TypedResults.Ok(new JsonObject { ["access_token"] = tokens.IssueAccessToken(service, scopes) });
    }

    private static JsonHttpResult<JsonObject>? Fault(string service, RegistryTokens tokens) =>
        tokens.Serves(service)
            ? null
            : RegistryErrors.Unsupported(
                service.Length == 0
                    ? "service is missing; it must name the registry."
                    : $"No tokens are given for service '{service}' (--registry-service)."
            );

    private static JsonHttpResult<JsonObject> NoForm() =>
        RegistryErrors.Unsupported("The body must be a form (application/x-www-form-urlencoded).");

    private static (string User, string Password)? Basic(string header)
    {
        const string scheme = "Basic ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || !Base64.IsValid(header.AsSpan(scheme.Length)))
            return null;
        return Encoding.UTF8.GetString(Convert.FromBase64String(header[scheme.Length..])).Split(':', 2) is [var user, var password]
            ? (user, password)
            : null;
    }
}
