using Azure.Core;

namespace Images.Building;

/// <summary>States where Azure builds an image.</summary>
/// <param name="SubscriptionId">Subscription of the registry.</param>
/// <param name="Credential">Signs in to Azure Resource Manager.</param>
public sealed record AzureBuild(string SubscriptionId, TokenCredential Credential);
