using System.Text.RegularExpressions;

namespace Workspaces.Http;

/// <summary>Removes tokens, keys and signatures from messages and logs.</summary>
internal static partial class Secrets
{
    private const string Hidden = "***";

    // The values of all other query parameters are hidden: a signature can have any name.
    private static readonly HashSet<string> ShownQueryNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "api-version",
        "path",
        "run_id",
        "skipValidation",
        "underlyingResourceAction",
    };

    /// <summary>Formats a URI without user information and without the values of query parameters that may be secret.</summary>
    public static string Show(Uri uri)
    {
        if (!uri.IsAbsoluteUri)
            return Scrub(uri.OriginalString);

        var address = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        var query = uri.Query.TrimStart('?');
        if (query.Length == 0)
            return address;

        var shown = query
            .Split('&')
            .Select(pair =>
            {
                var name = pair.Split('=', 2)[0];
                return ShownQueryNames.Contains(Uri.UnescapeDataString(name)) ? pair : $"{name}={Hidden}";
            });
        return $"{address}?{string.Join('&', shown)}";
    }

    /// <summary>Hides bearer tokens, JSON web tokens, signatures and keys in a text.</summary>
    public static string Scrub(string text)
    {
        text = BearerToken().Replace(text, $"Bearer {Hidden}");
        text = JsonWebToken().Replace(text, Hidden);
        return NamedSecret().Replace(text, $"${{name}}{Hidden}");
    }

    [GeneratedRegex(
        @"\bBearer\s+[A-Za-z0-9._~+/=-]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex BearerToken();

    [GeneratedRegex(
        @"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex JsonWebToken();

    [GeneratedRegex(
        @"\b(?<name>(sig|token|access_token|sas_?token|accountkey|sharedaccesssignature|key|secret|client_secret|password|pwd)"
            + @"""?\s*[=:]\s*""?)[^&\s""';,)}]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NamedSecret();
}
