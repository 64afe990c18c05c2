using System.Buffers.Text;
using System.Text.Json;

namespace Workspaces.Http;

/// <summary>Reads the owner of a Microsoft Entra access token, for messages only.</summary>
internal static class TokenClaims
{
    // Ordered from the most to the least recognisable.
    private static readonly string[] Names = ["upn", "unique_name", "preferred_username", "app_displayname", "appid", "oid"];

    /// <summary>
    /// Gets user name, application or object id from the token's claims; null when it is not a JSON web token or has none of them.
    /// </summary>
    public static string? CallerOf(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
            return null;

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return Names
                .Select(name => claims.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null)
                .FirstOrDefault(value => !string.IsNullOrEmpty(value));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // an opaque token that happens to have two dots
        }
    }
}
