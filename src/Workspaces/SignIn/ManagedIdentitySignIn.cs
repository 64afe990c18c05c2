using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>
/// Checks for the identity that Azure assigns to this machine, app or container: its own, or the one that AZURE_CLIENT_ID names.
/// </summary>
internal static class ManagedIdentitySignIn
{
    private const string Endpoint = "http://169.254.169.254/metadata/identity/oauth2/token";

    private const string Elsewhere = "this machine is not in Azure: 169.254.169.254 does not respond as it does there";

    // In Azure the endpoint is on the machine itself. Elsewhere a request to the address fails only after minutes.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    public static CredentialProbe Probe(SignInEnvironment environment, string? tenantId)
    {
        var client = environment.Variable("AZURE_CLIENT_ID");
        var ready = new CredentialProbe.Ready(
            new CredentialDescription(client is null ? "the machine's managed identity" : $"the managed identity {client}")
            {
                TenantId = tenantId,
                ClientId = client,
            },
            () => Create(environment, client)
        );
        return environment.Variable("IDENTITY_ENDPOINT") is not null || environment.Variable("MSI_ENDPOINT") is not null
            ? ready
            : ready with
            {
                ConfirmAsync = cancellationToken => ConfirmAsync(environment, cancellationToken),
                WhenUnavailable = client is null
                    ? "this machine has no system-assigned identity; AZURE_CLIENT_ID must name an identity assigned to it"
                    : $"AZURE_CLIENT_ID is {client}, an identity that is not assigned to this machine",
            };
    }

    private static ManagedIdentityCredential Create(SignInEnvironment environment, string? client) =>
        new ManagedIdentityCredential(
            environment.Options(
                new ManagedIdentityCredentialOptions(
                    client is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(client)
                )
            )
        );

    /// <summary>
    /// Checks whether the endpoint is Azure's, which responds 400 at once to a request without the header Metadata. Other clouds use the
    /// same address.
    /// </summary>
    private static async Task<string?> ConfirmAsync(SignInEnvironment environment, CancellationToken cancellationToken)
    {
        var options = environment.Options(new TokenCredentialOptions());
        options.Retry.MaxRetries = 0;
        var pipeline = HttpPipelineBuilder.Build(options);
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(new Uri(Endpoint));
        message.Request.Uri.AppendQuery("api-version", "2018-02-01");
        using var timeout = new CancellationTokenSource(ProbeTimeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await pipeline.SendAsync(message, either.Token);
            return message.Response.Status == 400 ? null : Elsewhere;
        }
        catch (Exception error)
            when (!cancellationToken.IsCancellationRequested
                && error is Azure.RequestFailedException or OperationCanceledException or IOException or HttpRequestException
            )
        {
            return Elsewhere;
        }
    }
}
