using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Holds the prices of a VM size by operating system and tier. They are estimates of the retail price.</summary>
public partial class MachineLearningEstimatedVmPrices
{
    private MachineLearningEstimatedVmPrices(
        MachineLearningBillingCurrency currency,
        MachineLearningUnitOfMeasure unit,
        IReadOnlyList<MachineLearningEstimatedVmPrice> values
    )
    {
        BillingCurrency = currency;
        UnitOfMeasure = unit;
        Values = values;
    }

    public MachineLearningBillingCurrency BillingCurrency { get; }

    public MachineLearningUnitOfMeasure UnitOfMeasure { get; }

    public IReadOnlyList<MachineLearningEstimatedVmPrice> Values { get; }

    internal static MachineLearningEstimatedVmPrices Read(JsonElement json) =>
        new(
            json.Text("billingCurrency") ?? "",
            json.Text("unitOfMeasure") ?? "",
            json.List("values", MachineLearningEstimatedVmPrice.Read)
        );
}
