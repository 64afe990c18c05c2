using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.SignIn;

/// <summary>GitHub Actions: the job's own token, exchanged for one of Microsoft Entra.</summary>
/// <remarks>GitHub's token lives for minutes, so it is asked for anew each time: a run may be longer than any of them. Source:
/// <see href="https://docs.github.com/actions/reference/security/oidc"/>.</remarks>
internal static class GitHubSignIn
{
    private const string UrlVariable = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private const string TokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

    // What Microsoft Entra wants to be the audience of a token from elsewhere.
    private const string Audience = "api://AzureADTokenExchange";

    public static SignInProspect Look(SignInPlace place, string? tenantId)
    {
        if (place.Variable(UrlVariable) is not { } url || place.Variable(TokenVariable) is not { } token)
        {
            return new SignInProspect.Missing(
                place.Variable("GITHUB_ACTIONS") is null
                    ? "this is not a job of GitHub Actions"
                    : $"{UrlVariable} is not set; the job must have `permissions: id-token: write`"
            );
        }

        if (place.Variable("AZURE_CLIENT_ID") is not { } client)
            return new SignInProspect.Missing(
                "AZURE_CLIENT_ID is not set; it must be the application with the federated credential for this repository"
            );
        var (tenant, fault) = SignInTenant.Decide(place, tenantId, "AZURE_TENANT_ID");
        if (fault is not null)
            return fault;
        if (tenant is null)
            return SignInTenant.Missing("AZURE_TENANT_ID");
        return new SignInProspect.Ready(
            new SignInFacts($"GitHub's token for application {client}") { TenantId = tenant, ClientId = client },
            () => Create(place, tenant, client, new Uri(url), token)
        );
    }

    private static ClientAssertionCredential Create(SignInPlace place, string tenant, string client, Uri url, string token)
    {
        var options = place.Options(new ClientAssertionCredentialOptions { DisableInstanceDiscovery = !place.DiscoversInstance });
        var pipeline = HttpPipelineBuilder.Build(place.Options(new TokenCredentialOptions()));
        return new ClientAssertionCredential(
            tenant,
            client,
            cancellationToken => RequestAsync(pipeline, url, token, cancellationToken),
            options
        );
    }

    /// <summary>A new token of GitHub's for this job.</summary>
    private static async Task<string> RequestAsync(HttpPipeline pipeline, Uri url, string token, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(url);
        message.Request.Uri.AppendQuery("audience", Audience, escapeValue: true);
        message.Request.Headers.Add("Accept", "application/json");
        message.Request.Headers.Add("Authorization", $"Bearer {token}");
        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.Status != 200)
            throw new RequestFailedException(message.Response);
        using var answer = JsonDocument.Parse(message.Response.Content);
        return answer.RootElement.TryGetProperty("value", out var value) && value.GetString() is { Length: > 0 } assertion
            ? assertion
            : throw new WorkspaceException($"{RequestTracker.RequestLineOf(message.Response)} answered without a token.");
    }
}
