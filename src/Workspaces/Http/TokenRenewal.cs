using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Workspaces.Http;

/// <summary>
/// A token that the service calls expired is asked for anew, once, and the request repeated. Azure.Core's policy, which stands before this one, sends
/// a token until this machine's clock says that it has expired, and asks anew only when the service names claims; a clock that is slow, or a
/// token that was withdrawn, would end a long follow.
/// </summary>
/// <param name="credential">The credential whose tokens the pipeline carries.</param>
/// <param name="scope">What the tokens are for.</param>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Pipelines are not disposed, and a semaphore without a wait handle holds nothing."
)]
internal sealed class TokenRenewal(TokenCredential credential, string scope) : HttpPipelinePolicy
{
    private readonly SemaphoreSlim renewal = new(1, 1);
    private (string Refused, string Renewed)? last;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Requests are asynchronous here.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        // The policy before this one goes on sending the refused token as long as it believes in it.
        if (last is { } known && AuthorizationOf(message) == known.Refused)
        {
            message.Request.Headers.SetValue(HttpHeader.Names.Authorization, known.Renewed);
        }

        await ProcessNextAsync(message, pipeline);
        if (
            message.Response.Status != 401
            || AuthorizationOf(message) is not { } refused
            || !refused.StartsWith("Bearer ", StringComparison.Ordinal)
            || NamesClaims(message.Response)
        )
        {
            return;
        }

        message.Request.Headers.SetValue(HttpHeader.Names.Authorization, await RenewAsync(refused, message));
        message.Response.Dispose();
        await ProcessNextAsync(message, pipeline);
    }

    private static string? AuthorizationOf(HttpMessage message) =>
        message.Request.Headers.TryGetValue(HttpHeader.Names.Authorization, out var value) ? value : null;

    // A claims challenge is answered by the policy before this one.
    private static bool NamesClaims(Response response) =>
        response.Headers.TryGetValue("WWW-Authenticate", out var challenge)
        && challenge.Contains("claims=", StringComparison.OrdinalIgnoreCase);

    private async Task<string> RenewAsync(string refused, HttpMessage message)
    {
        await renewal.WaitAsync(message.CancellationToken);
        try
        {
            // Another request may have had the same answer while this one was under way.
            if (last is { } done && done.Refused == refused && done.Renewed != refused)
            {
                return done.Renewed;
            }

            var renewed = await AskAsync(claims: null, message);
            if (renewed == refused)
            {
                // It was kept by the credential. A token that must be younger than now, by the service's clock, is not.
                renewed = await AskYoungerAsync(message) ?? refused;
            }

            last = (refused, renewed);
            return renewed;
        }
        finally
        {
            renewal.Release();
        }
    }

    private async Task<string?> AskYoungerAsync(HttpMessage message)
    {
        var now = message.Response.Headers.Date ?? DateTimeOffset.UtcNow;
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        try
        {
            return await AskAsync("{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"" + seconds + "\"}}}", message);
        }
        catch (AuthenticationFailedException)
        {
            return null; // a credential that knows no claims: the Azure CLI's, say. The service's answer stands.
        }
    }

    private async Task<string> AskAsync(string? claims, HttpMessage message)
    {
        var context = new TokenRequestContext([scope], message.Request.ClientRequestId, claims, tenantId: null, isCaeEnabled: true);
        var token = await credential.GetTokenAsync(context, message.CancellationToken);
        return $"Bearer {token.Token}";
    }
}
