using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Holds the price of one node with one operating system in one tier.</summary>
public partial class MachineLearningEstimatedVmPrice
{
    private MachineLearningEstimatedVmPrice(double retailPrice, MachineLearningVmPriceOSType osType, MachineLearningVmTier vmTier)
    {
        RetailPrice = retailPrice;
        OSType = osType;
        VmTier = vmTier;
    }

    public double RetailPrice { get; }

    public MachineLearningVmPriceOSType OSType { get; }

    public MachineLearningVmTier VmTier { get; }

    internal static MachineLearningEstimatedVmPrice Read(JsonElement json) =>
        new(json.Double("retailPrice") ?? 0, json.Text("osType") ?? "", json.Text("vmTier") ?? "");
}
