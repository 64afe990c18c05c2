using Azure.Core;
using Azure.Core.Pipeline;
using Experiments.Plans;
using Workspaces.Http;
using Workspaces.SignIn;

namespace Workspaces.Connection;

/// <summary>The workspace to connect to, the credential, and the certificate to trust.</summary>
/// <param name="Address">The workspace; an <see cref="WorkspaceAddress.Endpoint"/> of null means Azure's public cloud.</param>
/// <param name="Credential">Gives the bearer token for https://management.azure.com, which the data plane accepts too.</param>
public sealed record WorkspaceConnection(WorkspaceAddress Address, TokenCredential Credential)
{
    /// <summary>SHA-256 of the only server certificate to trust, in hex; null: the system's trust.</summary>
    public string? CertificateThumbprint { get; init; }

    /// <summary>
    /// Returns why the workspace responds no more, as a clause: the emulator's process has ended. Null while it lives, and for Azure.
    /// </summary>
    internal Func<string?> FindEnd { get; init; } = () => null;

    /// <summary>Replaces the network in tests; null: the network.</summary>
    internal HttpPipelineTransport? Transport { get; init; }

    /// <summary>When a failed request is retried.</summary>
    internal RetrySettings Retries { get; init; } = RetrySettings.Default;

    /// <summary>Creates a connection to a workspace in Azure's public cloud.</summary>
    /// <param name="address">The workspace.</param>
    /// <param name="signIn">Signs in to the workspace's tenant.</param>
    public static WorkspaceConnection ToAzure(WorkspaceAddress address, ChosenCredential signIn) => new(address, signIn);

    /// <summary>Creates a connection to a workspace of a running emulator, at the port where it listens.</summary>
    public static WorkspaceConnection ToEmulator(WorkspaceAddress address, RunningEmulator emulator)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(emulator);
        return new WorkspaceConnection(address with { Endpoint = emulator.Endpoint }, emulator.Credential)
        {
            CertificateThumbprint = emulator.CertificateThumbprint,
            FindEnd = () => emulator.IsAlive() ? null : $"the workspace emulator (process {emulator.ProcessId}) has ended",
        };
    }
}
