using Azure;
using Azure.Core;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Resources;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Computes;

/// <summary>The VM sizes and quotas that a region offers to the subscription.</summary>
/// <param name="Sizes">VM sizes; null when the service does not list them.</param>
/// <param name="Usages">Usages of the quotas; null when the service does not list them.</param>
/// <param name="Notes">Lists that the service did not return, and why.</param>
internal sealed record RegionOffers(
    IReadOnlyList<MachineLearningVmSize>? Sizes,
    IReadOnlyList<MachineLearningUsage>? Usages,
    IReadOnlyList<string> Notes
)
{
    /// <summary>Reads both lists concurrently.</summary>
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

    /// <summary>Reads only the VM sizes; null when the service does not list them.</summary>
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

    // An identity without access to the lists may still create clusters, and not every service has them: skip the check, not the run.
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
