namespace WorkspaceEmulator.Wire;

/// <summary>Defines path prefixes of endpoints.</summary>
internal static class Routes
{
    public const string Provider = "/providers/Microsoft.MachineLearningServices";
    public const string Subscription = "/subscriptions/{subscriptionId}";
    public const string ResourceGroup = Subscription + "/resourceGroups/{resourceGroup}";
    public const string Workspace = ResourceGroup + Provider + "/workspaces/{workspaceName}";
    public const string AssetRegistry = ResourceGroup + Provider + "/registries/{registryName}";
    public const string Location = Subscription + Provider + "/locations/{location}";
}

/// <summary>Marks endpoints of ARM: they need an api-version and the owner's token.</summary>
internal sealed record ArmScope;

/// <summary>Marks endpoints inside a workspace, which must exist.</summary>
internal sealed record WorkspaceScope;

/// <summary>Marks endpoints inside a registry of Azure ML, which must exist.</summary>
internal sealed record AssetRegistryScope;
