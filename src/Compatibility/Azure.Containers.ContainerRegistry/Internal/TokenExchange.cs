using System.Buffers.Text;
using System.Text.Json;
using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>The two calls by which Azure Container Registry hands out its own tokens.</summary>
/// <param name="requests">On a pipeline without sign-in: these calls carry their proof in the body.</param>
internal sealed class TokenExchange(RegistryRequests requests)
{
    // POST /oauth2/exchange: a Microsoft Entra token becomes a refresh token of this registry.
    public async Task<Response<AcrRefreshToken>> GetRefreshTokenAsync(
        string service,
        string? tenant,
        string? refreshToken,
        string? accessToken,
        CancellationToken cancellationToken
    )
    {
        var grant = (refreshToken, accessToken) switch
        {
            (null, _) => "access_token",
            (_, null) => "refresh_token",
            _ => "access_token_refresh_token",
        };
        return await PostAsync(
                "/oauth2/exchange",
                "refresh_token",
                static token => new AcrRefreshToken(token),
                cancellationToken,
                ("grant_type", grant),
                ("service", service),
                ("tenant", tenant),
                ("refresh_token", refreshToken),
                ("access_token", accessToken)
            )
            .ConfigureAwait(false);
    }

    // POST /oauth2/token: exchanges a refresh token for an access token of one scope; without one, for a token with anonymous rights.
    public Task<Response<AcrAccessToken>> GetAccessTokenAsync(
        string service,
        string? scope,
        string? refreshToken,
        CancellationToken cancellationToken
    ) =>
        PostAsync(
            "/oauth2/token",
            "access_token",
            static token => new AcrAccessToken(token),
            cancellationToken,
            ("grant_type", string.IsNullOrEmpty(refreshToken) ? "password" : "refresh_token"),
            ("service", service),
            ("scope", scope),
            ("refresh_token", refreshToken)
        );

    /// <summary>When a token stops working: the <c>exp</c> of its payload. A token that is no JWT is used until it is refused.</summary>
    public static DateTimeOffset ExpiryOf(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
            return DateTimeOffset.MaxValue;

        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return payload.RootElement.Number("exp") is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.MaxValue;
        }
        catch (JsonException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    private async Task<Response<T>> PostAsync<T>(
        string path,
        string member,
        Func<string, T> read,
        CancellationToken cancellationToken,
        params IEnumerable<(string Name, string? Value)> form
    )
        where T : notnull
    {
        using var message = requests.Create(RequestMethod.Post, path);
        message.Request.Headers.Add(HttpHeader.Names.ContentType, "application/x-www-form-urlencoded");
        message.Request.Content = RequestContent.Create(
            BinaryData.FromString(
                string.Join(
                    '&',
                    form.Where(field => !string.IsNullOrEmpty(field.Value))
                        .Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value!)}")
                )
            )
        );
        using var body = await requests.ReadAsync(message, cancellationToken).ConfigureAwait(false);
        var token = body.RootElement.Text(member)
            ?? throw new RequestFailedException(
                message.Response.Status,
                $"POST {requests.Endpoint}{path.TrimStart('/')} returned a response without {member}."
            );
        return Response.FromValue(read(token), message.Response);
    }
}
