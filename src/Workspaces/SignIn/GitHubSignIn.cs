using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.SignIn;

/// <summary>Checks for the token of a GitHub Actions job, which is exchanged for a token of Microsoft Entra.</summary>
/// <remarks>GitHub's token is valid for minutes and a run may last longer, so each exchange requests a new one. Source:
/// <see href="https://docs.github.com/actions/reference/security/oidc"/>.</remarks>
internal static class GitHubSignIn
{
    private const string UrlVariable = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private const string TokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

    // The audience that Microsoft Entra requires of a federated token.
    private const string Audience = "api://AzureADTokenExchange";

    public static CredentialProbe Probe(SignInEnvironment environment, string? tenantId)
    {
        if (environment.Variable(UrlVariable) is not { } url || environment.Variable(TokenVariable) is not { } token)
        {
            return new CredentialProbe.Missing(
                environment.Variable("GITHUB_ACTIONS") is null
                    ? "this is not a job of GitHub Actions"
                    : $"{UrlVariable} is not set; the job must have `permissions: id-token: write`"
            );
        }

        if (environment.Variable("AZURE_CLIENT_ID") is not { } client)
        {
            return new CredentialProbe.Missing(
                "AZURE_CLIENT_ID is not set; it must be the application with the federated credential for this repository"
            );
        }

        var (tenant, fault) = SignInTenant.Decide(environment, tenantId, "AZURE_TENANT_ID");
        if (fault is not null)
            return fault;
        if (tenant is null)
            return SignInTenant.Missing("AZURE_TENANT_ID");
        return new CredentialProbe.Ready(
            new CredentialDescription($"GitHub's token for application {client}") { TenantId = tenant, ClientId = client },
            () => Create(environment, tenant, client, new Uri(url), token)
        );
    }

    private static ClientAssertionCredential Create(SignInEnvironment environment, string tenant, string client, Uri url, string token)
    {
        var options = environment.Options(
            new ClientAssertionCredentialOptions { DisableInstanceDiscovery = !environment.DiscoversInstance }
        );
        var pipeline = HttpPipelineBuilder.Build(environment.Options(new TokenCredentialOptions()));
        return new ClientAssertionCredential(
            tenant,
            client,
            cancellationToken => RequestAsync(pipeline, url, token, cancellationToken),
            options
        );
    }

    /// <summary>Requests a new GitHub token for this job.</summary>
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
        using var body = JsonDocument.Parse(message.Response.Content);
        return body.RootElement.TryGetProperty("value", out var value) && value.GetString() is { Length: > 0 } assertion
            ? assertion
            : throw new WorkspaceException($"{RequestTracker.RequestLineOf(message.Response)} returned no token.");
    }
}
