using System.Globalization;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;

namespace Workspaces.Computes;

/// <summary>What nodes cost, where the service gives a price: an estimate of the retail price, without what was agreed with the customer.</summary>
/// <param name="size">The size; null when it is not known.</param>
/// <param name="priority">Kind of node.</param>
internal sealed class NodePrices(MachineLearningVmSize? size, VmPriority priority)
{
    /// <summary>Price of one node for an hour; null when none is given.</summary>
    private readonly (decimal Amount, string Currency)? hour = Find(size?.EstimatedVmPrices, priority);

    /// <summary>From the fewest nodes that a job keeps running to the most; null when no price is given.</summary>
    public string? Bracket(ComputePlan asked)
    {
        if (hour is not { } price)
            return null;
        var fewest = Math.Max(1, asked.MinNodes);
        var from = fewest == asked.MaxNodes ? "" : $"{price.Amount * fewest:0.###} to ";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{from}{price.Amount * asked.MaxNodes:0.###} {price.Currency} an hour with NODES {asked.MaxNodes} while they run (an estimate of the retail price)"
        );
    }

    /// <summary>What kept nodes cost a day, as <c>, 25.25 USD a day</c>; says that they cost when no price is given.</summary>
    public string ADay(int nodes) =>
        hour is { } price
            ? string.Create(CultureInfo.InvariantCulture, $", {price.Amount * 24 * nodes:0.00} {price.Currency} a day")
            : ", each paid for";

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
