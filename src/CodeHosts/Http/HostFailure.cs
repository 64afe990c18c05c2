using System.Text.Json;

namespace CodeHosts.Http;

/// <summary>A response that refuses the request.</summary>
/// <param name="Request">Method and address, without secrets.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body; null when it is not JSON.</param>
/// <param name="IsWebPage">Whether the body is a page for a browser.</param>
/// <param name="Header">Returns the value of a header.</param>
internal sealed record HostFailure(string Request, int Status, JsonElement? Body, bool IsWebPage, Func<string, string?> Header)
{
    /// <summary>The host's message.</summary>
    public string Message => Body?.Text("message") ?? "";
}
