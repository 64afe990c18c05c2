using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Workspaces.Http;

/// <summary>
/// Requests a new token once when the service calls the current one expired, and retries the request. Azure.Core's policy runs before this
/// one. It sends a token until this machine's clock says that it has expired, and requests a new one only when the service names claims.
/// A slow clock or a revoked token would otherwise end a long follow.
/// </summary>
/// <param name="credential">The credential whose tokens the pipeline sends.</param>
/// <param name="scope">Scope of the tokens.</param>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Pipelines are not disposed, and a semaphore without a wait handle holds no resource."
)]
internal sealed class TokenRenewal(TokenCredential credential, string scope) : HttpPipelinePolicy
{
    private readonly SemaphoreSlim renewal = new(1, 1);
    private (string Refused, string Renewed)? last;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Only asynchronous requests are supported.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        // The policy before this one keeps sending the refused token until it has expired by this machine's clock.
        if (last is { } known && AuthorizationOf(message) == known.Refused)
            message.Request.Headers.SetValue(HttpHeader.Names.Authorization, known.Renewed);

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

    // The policy before this one handles a claims challenge.
    private static bool NamesClaims(Response response) =>
        response.Headers.TryGetValue("WWW-Authenticate", out var challenge)
        && challenge.Contains("claims=", StringComparison.OrdinalIgnoreCase);

    private async Task<string> RenewAsync(string refused, HttpMessage message)
    {
        await renewal.WaitAsync(message.CancellationToken);
        try
        {
            // Another request may have renewed the token in the meantime.
            if (last is { } done && done.Refused == refused && done.Renewed != refused)
                return done.Renewed;

            var renewed = await RequestAsync(claims: null, message);
            if (renewed == refused)
            {
                // The credential returned its cached token. Requiring a token younger than the service's clock bypasses that cache.
                renewed = await RequestYoungerAsync(message) ?? refused;
            }

            last = (refused, renewed);
            return renewed;
        }
        finally
        {
            renewal.Release();
        }
    }

    private async Task<string?> RequestYoungerAsync(HttpMessage message)
    {
        var now = message.Response.Headers.Date ?? TimeProvider.System.GetUtcNow();
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        try
        {
            return await RequestAsync("{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"" + seconds + "\"}}}", message);
        }
        catch (AuthenticationFailedException)
        {
            return null; // a credential without support for claims, such as the Azure CLI's: the service's response is final
        }
    }

    private async Task<string> RequestAsync(string? claims, HttpMessage message)
    {
        var context = new TokenRequestContext([scope], message.Request.ClientRequestId, claims, tenantId: null, isCaeEnabled: true);
        var token = await credential.GetTokenAsync(context, message.CancellationToken);
        return $"Bearer {token.Token}";
    }
}
