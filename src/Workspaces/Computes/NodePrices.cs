using System.Globalization;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;

namespace Workspaces.Computes;

/// <summary>
/// Computes the cost of nodes where the service gives a price: an estimate of the retail price, without the customer's discounts.
/// </summary>
/// <param name="size">VM size; null when it is unknown.</param>
/// <param name="priority">Priority of the nodes.</param>
internal sealed class NodePrices(MachineLearningVmSize? size, VmPriority priority)
{
    /// <summary>Price of one node per hour; null when the service gives none.</summary>
    private readonly (decimal Amount, string Currency)? hour = Find(size?.EstimatedVmPrices, priority);

    /// <summary>Gets the price of one node per hour; null when the service gives none.</summary>
    public NodePrice? PerHour => hour is { } price ? new NodePrice(price.Amount, price.Currency) : null;

    /// <summary>Formats the price per hour from the fewest nodes of a running job to the most; null without a price.</summary>
    public string? Bracket(ComputePlan planned)
    {
        if (hour is not { } price)
            return null;
        var fewest = Math.Max(1, planned.MinNodes);
        var from = fewest == planned.MaxNodes ? "" : $"{price.Amount * fewest:0.###} to ";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{from}{price.Amount * planned.MaxNodes:0.###} {price.Currency} per hour with NODES {planned.MaxNodes} while they "
                + $"run (estimated retail price)"
        );
    }

    /// <summary>Formats the price of kept nodes, as <c>, 25.25 USD per day</c>; without a price, says that each one is billed.</summary>
    public string PerDay(int nodes) =>
        hour is { } price
            ? string.Create(CultureInfo.InvariantCulture, $", {price.Amount * 24 * nodes:0.00} {price.Currency} per day")
            : ", each one billed";

    private static (decimal Amount, string Currency)? Find(MachineLearningEstimatedVmPrices? prices, VmPriority priority)
    {
        var tier = priority == VmPriority.LowPriority ? MachineLearningVmTier.LowPriority : MachineLearningVmTier.Standard;
        return
            prices is { } given
            && given.UnitOfMeasure == MachineLearningUnitOfMeasure.OneHour
            && given.Values.FirstOrDefault(value => value.OSType == MachineLearningVmPriceOSType.Linux && value.VmTier == tier)
                is { RetailPrice: > 0 } price
            ? ((decimal)price.RetailPrice, given.BillingCurrency.ToString())
            : null;
    }
}
