using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Computes;

/// <summary>The price of one node, as the service estimates it: the retail price, without the customer's discounts.</summary>
/// <param name="PerHour">Price per hour while the node runs; above 0.</param>
/// <param name="Currency">The currency, as in <c>USD</c>.</param>
public sealed record NodePrice(decimal PerHour, string Currency)
{
    /// <summary>Reads the price of a planned cluster's nodes.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="compute">The planned cluster.</param>
    /// <param name="today">The present date.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>Null when the service gives no price.</returns>
    /// <exception cref="WorkspaceException">The service did not respond.</exception>
    public static Task<NodePrice?> ReadAsync(
        WorkspaceClient workspace,
        ComputePlan compute,
        DateOnly today,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(workspace);
        ArgumentNullException.ThrowIfNull(compute);
        return ServiceErrors.GuardAsync(
            async () =>
                await RegionOffers.ReadSizesAsync(workspace, compute.Location, cancellationToken) is { } sizes
                    ? new NodePrices(new SizeCheck(compute, sizes, today).Size, compute.Priority).PerHour
                    : null,
            cancellationToken
        );
    }
}
