using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fixtures.Shares;

/// <summary>Checks how requests to a file share are signed: by the account's key, or by a shared access signature of the share.</summary>
/// <param name="account">Name of the account.</param>
/// <param name="key">Its key, base64.</param>
/// <param name="share">Name of the share.</param>
internal sealed class ShareSignature(string account, string key, string share)
{
    private static readonly string[] StandardHeaders =
    [
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-MD5",
        "Content-Type",
        "Date",
        "If-Modified-Since",
        "If-Match",
        "If-None-Match",
        "If-Unmodified-Since",
        "Range",
    ];

    /// <summary>Returns the error of a request that may not do what it asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="permission">The letter of a shared access signature that it needs.</param>
    /// <returns>Status and code; null when the request is granted.</returns>
    public (int Status, string Code)? Refuse(HttpRequest request, char permission)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("SharedKey ", StringComparison.Ordinal))
        {
            // https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
            return authorization == $"SharedKey {account}:{Sign(CanonicalText(request))}" ? null : (403, "AuthenticationFailed");
        }

        if (authorization.Length > 0)
            return (501, "NotImplemented"); // no identities here
        if (!request.Query.ContainsKey("sig"))
            return (401, "NoAuthenticationInformation");
        if (Sign(SasText(request)) != Part(request, "sig") || Expiry(request) <= DateTimeOffset.UtcNow)
            return (403, "AuthenticationFailed");
        return Part(request, "sp").Contains(permission, StringComparison.Ordinal) ? null : (403, "AuthorizationPermissionMismatch");
    }

    private string Sign(string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text)));

    private string CanonicalText(HttpRequest request)
    {
        var standard = StandardHeaders.Select(name =>
            name == "Content-Length" && request.ContentLength is 0 ? "" : request.Headers[name].ToString()
        );
        var own = request
            .Headers.Select(header => (Name: header.Key.ToLowerInvariant(), Value: header.Value.ToString().Trim()))
            .Where(header => header.Name.StartsWith("x-ms-", StringComparison.Ordinal))
            .OrderBy(header => header.Name, StringComparer.Ordinal)
            .Select(header => $"{header.Name}:{header.Value}");
        // The path counts as it was sent, the query decoded.
        var path = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        var query = request
            .Query.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
            .Select(pair => $"{pair.Key.ToLowerInvariant()}:{pair.Value}");
        return string.Join('\n', [request.Method, .. standard, .. own, $"/{account}{path}", .. query]);
    }

    // https://learn.microsoft.com/rest/api/storageservices/create-service-sas: the form of Azure Files since 2015-04-05.
    private string SasText(HttpRequest request) =>
        string.Join(
            '\n',
            [
                .. Parts(request, "sp", "st", "se"),
                $"/file/{account}/{share}",
                .. Parts(request, "si", "sip", "spr", "sv", "rscc", "rscd", "rsce", "rscl", "rsct"),
            ]
        );

    private static DateTimeOffset Expiry(HttpRequest request) =>
        DateTimeOffset.Parse(Part(request, "se"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static IEnumerable<string> Parts(HttpRequest request, params string[] names) => names.Select(name => Part(request, name));

    private static string Part(HttpRequest request, string name) => request.Query[name].ToString();
}
