using Azure;
using Azure.Core;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Resources;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Computes;

/// <summary>What a region offers to the subscription: its VM sizes, and how much of each quota is used.</summary>
/// <param name="Sizes">Null when the service does not tell.</param>
/// <param name="Usages">Null when the service does not tell.</param>
/// <param name="Notes">Which of them the service did not tell, and why.</param>
internal sealed record RegionOffers(
    IReadOnlyList<MachineLearningVmSize>? Sizes,
    IReadOnlyList<MachineLearningUsage>? Usages,
    IReadOnlyList<string> Notes
)
{
    /// <summary>Reads both lists at once.</summary>
    public static async Task<RegionOffers> ReadAsync(WorkspaceClient workspace, string location, CancellationToken cancellationToken)
    {
        var subscription = SubscriptionOf(workspace);
        var sizes = ReadAsync(
            $"The VM sizes of {location}",
            subscription.GetMachineLearningVmSizesAsync(new AzureLocation(location), cancellationToken),
            cancellationToken
        );
        var usages = ReadAsync(
            $"The quotas of {location}",
            subscription.GetMachineLearningUsagesAsync(new AzureLocation(location), cancellationToken),
            cancellationToken
        );
        await Task.WhenAll(sizes, usages);
        return new RegionOffers(
            (await sizes).Items,
            (await usages).Items,
            [.. new[] { (await sizes).Note, (await usages).Note }.OfType<string>()]
        );
    }

    /// <summary>The VM sizes alone; null when the service does not tell.</summary>
    public static async Task<IReadOnlyList<MachineLearningVmSize>?> ReadSizesAsync(
        WorkspaceClient workspace,
        string location,
        CancellationToken cancellationToken
    ) =>
        (
            await ReadAsync(
                "",
                SubscriptionOf(workspace).GetMachineLearningVmSizesAsync(new AzureLocation(location), cancellationToken),
                cancellationToken
            )
        ).Items;

    private static SubscriptionResource SubscriptionOf(WorkspaceClient workspace) =>
        workspace.Arm.GetSubscriptionResource(SubscriptionResource.CreateResourceIdentifier(workspace.Address.SubscriptionId));

    // Whoever may not read the lists may still create clusters, and not every service has them: the check is left out, not the run.
    private static async Task<(IReadOnlyList<T>? Items, string? Note)> ReadAsync<T>(
        string what,
        AsyncPageable<T> pages,
        CancellationToken cancellationToken
    )
        where T : notnull
    {
        try
        {
            return (await pages.ToListAsync(cancellationToken), null);
        }
        catch (RequestFailedException error) when (error.Status is 403 or 404 or 501)
        {
            return (null, $"{what} were not checked: {ServiceErrors.Describe(error, cancellationToken)!.Message}");
        }
    }
}
