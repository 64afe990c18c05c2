namespace WorkspaceEmulator.AssetRegistries;

/// <summary>Addresses a registry of Azure ML by three names, which are compared without regard to case, as ARM does.</summary>
internal sealed record AssetRegistryName(string SubscriptionId, string ResourceGroup, string Name)
{
    /// <summary>Gets one lower-case text per registry: dictionary key and folder path.</summary>
    public string Key { get; } = $"{SubscriptionId}/{ResourceGroup}/{Name}".ToLowerInvariant();

    public string ArmId =>
        $"/subscriptions/{SubscriptionId}/resourceGroups/{ResourceGroup}/providers/Microsoft.MachineLearningServices/registries/{Name}";

    /// <summary>Reads the names from the path of a request.</summary>
    public static AssetRegistryName Of(HttpRequest request)
    {
        var values = request.RouteValues;
        return new((string)values["subscriptionId"]!, (string)values["resourceGroup"]!, (string)values["registryName"]!);
    }
}
