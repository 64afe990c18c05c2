using Experiments.Model;

namespace Experiments.Plans;

/// <summary>Identifies an Azure ML workspace and its endpoint.</summary>
/// <param name="Endpoint">Null: the Azure public cloud. Otherwise the emulator's address; port 0 means any free port.</param>
/// <param name="TenantId">Tenant to sign in to; null leaves the choice to the credential.</param>
/// <param name="SubscriptionId">A GUID as text.</param>
/// <param name="ResourceGroup">Resource group of the workspace.</param>
/// <param name="WorkspaceName">Name of the workspace in its resource group.</param>
/// <param name="Location">Azure region, as in <c>westeurope</c>.</param>
public sealed record WorkspaceAddress(
    Uri? Endpoint,
    string? TenantId,
    string SubscriptionId,
    string ResourceGroup,
    string WorkspaceName,
    string Location
)
{
    /// <summary>Returns the workspace of an environment config.</summary>
    public static WorkspaceAddress Of(EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new(
            environment.Endpoint is null ? null : new Uri(environment.Endpoint),
            environment.AmlTenantId,
            environment.AmlSubscriptionId,
            environment.AmlResourceGroup,
            environment.AmlWorkspaceName,
            environment.Location
        );
    }
}
