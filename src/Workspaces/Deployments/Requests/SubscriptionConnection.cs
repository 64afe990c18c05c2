using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.Connection;
using Workspaces.Http;

namespace Workspaces.Deployments.Requests;

/// <summary>The subscription to deploy to, the credential, and the certificate to trust.</summary>
/// <param name="Endpoint">Address of Azure Resource Manager or of an emulator; null: Azure's public cloud.</param>
/// <param name="SubscriptionId">A GUID as text.</param>
/// <param name="Credential">Gives the bearer token for https://management.azure.com.</param>
public sealed record SubscriptionConnection(Uri? Endpoint, string SubscriptionId, TokenCredential Credential)
{
    /// <summary>SHA-256 of the only server certificate to trust, in hex; null: the system's trust.</summary>
    public string? CertificateThumbprint { get; init; }

    /// <summary>Replaces the network in tests; null: the network.</summary>
    internal HttpPipelineTransport? Transport { get; init; }

    /// <summary>The rules for retries of failed requests.</summary>
    internal RetrySettings Retries { get; init; } = RetrySettings.Default;

    /// <summary>Creates a connection to a running emulator.</summary>
    public static SubscriptionConnection ToEmulator(string subscriptionId, RunningEmulator emulator)
    {
        ArgumentNullException.ThrowIfNull(emulator);
        return new SubscriptionConnection(emulator.Endpoint, subscriptionId, emulator.Credential)
        {
            CertificateThumbprint = emulator.CertificateThumbprint,
        };
    }
}
