namespace Build.Sessions.Provisioning;

/// <summary>The environment that is provisioned or deleted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SubscriptionId">The subscription.</param>
/// <param name="TenantId">Tenant to sign in to; null leaves the choice to the credential.</param>
/// <param name="Endpoint">Address of an emulator; null for Azure.</param>
/// <param name="Location">Region; null when neither an argument nor the environment config names it.</param>
/// <param name="ResourceGroup">Resource group of the environment config; null without one.</param>
public sealed record ProvisioningTarget(
    string Name,
    string SubscriptionId,
    string? TenantId,
    Uri? Endpoint,
    string? Location,
    string? ResourceGroup
)
{
    /// <summary>Gets the name of the deployment, which is the same each time.</summary>
    public string Deployment => $"model-training-{Name}";

    /// <summary>Gets the resource group: that of the environment config, else the one that infra/main.bicep names by default.</summary>
    public string Group => ResourceGroup ?? $"rg-model-training-{Name}";

    /// <summary>Gets the path of the environment config, relative to the repository.</summary>
    public string File => $"configuration/{Name}.json";
}
