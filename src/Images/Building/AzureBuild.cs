using Azure.Core;

namespace Images.Building;

/// <summary>The place of an image build in Azure.</summary>
/// <param name="SubscriptionId">Subscription of the registry.</param>
/// <param name="Credential">Signs in to Azure Resource Manager.</param>
public sealed record AzureBuild(string SubscriptionId, TokenCredential Credential);
