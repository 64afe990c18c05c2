using Azure.Core;
using Azure.Core.Pipeline;
using Experiments.Plans;
using Workspaces.Http;
using Workspaces.SignIn;

namespace Workspaces.Connection;

/// <summary>Which workspace to reach, as whom, and whose certificate to trust.</summary>
/// <param name="Address">The workspace; an <see cref="WorkspaceAddress.Endpoint"/> of null is Azure's public cloud.</param>
/// <param name="Credential">Gives the bearer token for https://management.azure.com, which the data plane takes as well.</param>
public sealed record WorkspaceConnection(WorkspaceAddress Address, TokenCredential Credential)
{
    /// <summary>SHA-256 of the only server certificate to trust, in hex; null: the system's trust.</summary>
    public string? CertificateThumbprint { get; init; }

    /// <summary>Path of the environment config the address came from, for messages.</summary>
    public string EnvironmentConfigPath { get; init; } = "the environment config";

    /// <summary>Takes the place of the network in tests.</summary>
    internal HttpPipelineTransport? Transport { get; init; }

    /// <summary>When a failed request is sent again.</summary>
    internal RetrySettings Retries { get; init; } = RetrySettings.Default;

    /// <summary>Azure's public cloud.</summary>
    /// <param name="address">The workspace.</param>
    /// <param name="signIn">The run's sign-in to the workspace's tenant.</param>
    /// <param name="environmentConfigPath">Path of the environment config the address came from, for messages.</param>
    public static WorkspaceConnection ToAzure(WorkspaceAddress address, ChosenCredential signIn, string environmentConfigPath) =>
        new(address, signIn) { EnvironmentConfigPath = environmentConfigPath };

    /// <summary>The emulator that runs at <see cref="RunningEmulator.Endpoint"/>, whatever port the environment config names.</summary>
    public static WorkspaceConnection ToEmulator(WorkspaceAddress address, RunningEmulator emulator, string environmentConfigPath)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(emulator);
        return new WorkspaceConnection(address with { Endpoint = emulator.Endpoint }, emulator.Credential)
        {
            CertificateThumbprint = emulator.CertificateThumbprint,
            EnvironmentConfigPath = environmentConfigPath,
        };
    }
}
