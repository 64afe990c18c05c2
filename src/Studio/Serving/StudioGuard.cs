using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Studio.Serving;

/// <summary>Decides who gets an answer: the reader who has the token, at this machine, from the studio's own page.</summary>
internal static class StudioGuard
{
    public const string Confirmation = "X-Studio-Confirm";
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";
    private static readonly string[] LoopbackHosts = ["127.0.0.1", "localhost", "[::1]"];

    /// <summary>Sets the headers that every response has.</summary>
    public static void SetHeaders(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer"; // The first address holds the token.
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Returns why a request is refused, with its status; null when it is answered.</summary>
    public static (int Status, string Reason)? Refusal(HttpContext context, StudioAccess access)
    {
        var request = context.Request;
        if (!IsOwnHost(context))
            return (StatusCodes.Status403Forbidden, "The Host header must be localhost, 127.0.0.1 or [::1] with the studio's port.");
        if (!access.IsCookie(request.Cookies[CookieName(context)]))
        {
            return (
                StatusCodes.Status401Unauthorized,
                "The studio needs the address with its token: ./build.sh --target=Studio prints it. Open it once in this browser."
            );
        }

        if (HttpMethods.IsGet(request.Method))
            return null;
        return request.Headers.Origin.ToString() == $"{request.Scheme}://{request.Host}"
            ? null
            : (StatusCodes.Status403Forbidden, "The Origin header must be the studio's own address.");
    }

    /// <summary>Exchanges a valid token for the cookie.</summary>
    /// <returns>Whether the request had a valid token, so that the response is a redirect to the page.</returns>
    public static bool TryExchange(HttpContext context, StudioAccess access)
    {
        if (!IsOwnHost(context) || !access.IsToken(context.Request.Query["token"]))
            return false;
        context.Response.Cookies.Append(
            CookieName(context),
            access.Cookie,
            new()
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
                Path = "/studio",
            }
        );
        context.Response.Redirect("/studio/");
        return true;
    }

    /// <summary>Returns whether the request confirms the job that its path names.</summary>
    public static bool IsConfirmed(HttpRequest request, string name)
    {
        var given = request.Headers[Confirmation].ToString();
        return given == name || (given.Length > 0 && Uri.UnescapeDataString(given) == name);
    }

    // Cookies of a host are shared by its ports, so that each studio of this machine needs a name of its own.
    private static string CookieName(HttpContext context) =>
        string.Create(CultureInfo.InvariantCulture, $"studio-{context.Request.Host.Port ?? 0}");

    // A page elsewhere can make its name resolve to this machine, but it cannot change the Host header.
    private static bool IsOwnHost(HttpContext context)
    {
        var host = context.Request.Host;
        var port = host.Port ?? (context.Request.IsHttps ? 443 : 80);
        return LoopbackHosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase)
            && (context.Connection.LocalPort == 0 || port == context.Connection.LocalPort);
    }
}
