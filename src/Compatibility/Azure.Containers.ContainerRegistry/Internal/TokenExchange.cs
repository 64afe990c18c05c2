using System.Buffers.Text;
using System.Text.Json;
using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Gets the tokens of Azure Container Registry.</summary>
/// <param name="requests">On a pipeline without sign-in: these calls carry their proof in the body.</param>
internal sealed class TokenExchange(RegistryRequests requests)
{
    // POST /oauth2/exchange: a Microsoft Entra token becomes a refresh token of this registry.
    public Task<string> GetRefreshTokenAsync(string service, string accessToken, CancellationToken cancellationToken) =>
        PostAsync(
            "/oauth2/exchange",
            "refresh_token",
            cancellationToken,
            ("grant_type", "access_token"),
            ("service", service),
            ("access_token", accessToken)
        );

    // POST /oauth2/token: exchanges a refresh token for an access token of one scope; without one, for a token with anonymous rights.
    public Task<string> GetAccessTokenAsync(string service, string? scope, string? refreshToken, CancellationToken cancellationToken) =>
        PostAsync(
            "/oauth2/token",
            "access_token",
            cancellationToken,
            ("grant_type", string.IsNullOrEmpty(refreshToken) ? "password" : "refresh_token"),
            ("service", service),
            ("scope", scope),
            ("refresh_token", refreshToken)
        );

    /// <summary>
    /// Returns the time at which a token expires: the <c>exp</c> of its payload. A token that is not a JWT is used until it is refused.
    /// </summary>
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

    private async Task<string> PostAsync(
        string path,
        string member,
        CancellationToken cancellationToken,
        params IEnumerable<(string Name, string? Value)> form
    )
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
        return body.RootElement.Text(member)
            ?? throw new RequestFailedException(
                message.Response.Status,
                $"POST {requests.Endpoint}{path.TrimStart('/')} returned a response without {member}."
            );
    }
}
