using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>The identity that Azure gives to the machine, app or container this runs in: its own, or the one that AZURE_CLIENT_ID names.</summary>
internal static class ManagedIdentitySignIn
{
    private const string Endpoint = "http://169.254.169.254/metadata/identity/oauth2/token";

    private const string Elsewhere = "this machine is not Azure's: 169.254.169.254 does not answer as it would there";

    // The endpoint is on the machine itself; elsewhere the address leads nowhere, and nobody would say so for minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static SignInProspect Look(SignInPlace place, string? tenantId)
    {
        var client = place.Variable("AZURE_CLIENT_ID");
        var ready = new SignInProspect.Ready(
            new SignInFacts(client is null ? "the machine's managed identity" : $"the managed identity {client}")
            {
                TenantId = tenantId,
                ClientId = client,
            },
            () => Create(place, client)
        );
        return place.Variable("IDENTITY_ENDPOINT") is not null || place.Variable("MSI_ENDPOINT") is not null
            ? ready
            : ready with
            {
                Probe = cancellationToken => ProbeAsync(place, cancellationToken),
                WhenUnavailable = client is null
                    ? "this machine has no identity of its own; AZURE_CLIENT_ID must name one that it was given"
                    : $"this machine was not given the identity {client}, which AZURE_CLIENT_ID names",
            };
    }

    private static ManagedIdentityCredential Create(SignInPlace place, string? client) =>
        new ManagedIdentityCredential(
            place.Options(
                new ManagedIdentityCredentialOptions(
                    client is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(client)
                )
            )
        );

    /// <summary>Whether the endpoint is Azure's: without the header Metadata that one answers 400, at once. Other clouds have theirs at the same address.</summary>
    private static async Task<string?> ProbeAsync(SignInPlace place, CancellationToken cancellationToken)
    {
        var options = place.Options(new TokenCredentialOptions());
        options.Retry.MaxRetries = 0;
        var pipeline = HttpPipelineBuilder.Build(options);
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(new Uri(Endpoint));
        message.Request.Uri.AppendQuery("api-version", "2018-02-01");
        using var patience = new CancellationTokenSource(Patience, place.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
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
