using Experiments.Model;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Computes;

/// <summary>The price of one node per hour: an estimate of the retail price, without the customer's discounts.</summary>
/// <param name="Amount">Price per hour, above 0.</param>
/// <param name="Currency">Such as USD.</param>
public sealed record NodePrice(decimal Amount, string Currency)
{
    /// <summary>Reads the price of a VM size.</summary>
    /// <param name="workspace">A workspace of the subscription.</param>
    /// <param name="location">Region of the nodes.</param>
    /// <param name="vmSize">VM size, as in <c>Standard_NC4as_T4_v3</c>.</param>
    /// <param name="priority">Priority of the nodes.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>Null when the service gives no price.</returns>
    /// <exception cref="WorkspaceException">The service did not respond.</exception>
    public static Task<NodePrice?> ReadAsync(
        WorkspaceClient workspace,
        string location,
        string vmSize,
        VmPriority priority,
        CancellationToken cancellationToken
    ) =>
        ServiceErrors.GuardAsync(
            async () =>
            {
                var sizes = await RegionOffers.ReadSizesAsync(workspace, location, cancellationToken);
                var size = sizes?.FirstOrDefault(size => string.Equals(size.Name, vmSize, StringComparison.OrdinalIgnoreCase));
                return new NodePrices(size, priority).PerHour;
            },
            cancellationToken
        );
}
