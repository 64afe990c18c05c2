using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A VM size that a region offers for compute.</summary>
public partial class MachineLearningVmSize
{
    internal MachineLearningVmSize() { }

    public string? Name { get; private init; }

    /// <summary>Gets the family, such as <c>standardNCASv3_T4Family</c>. Sizes of one family share a quota.</summary>
    public string? Family { get; private init; }

    public int? VCpus { get; private init; }

    public int? Gpus { get; private init; }

    public int? OSVhdSizeMB { get; private init; }

    /// <summary>The temporary disk.</summary>
    public int? MaxResourceVolumeMB { get; private init; }

    public double? MemoryGB { get; private init; }

    public bool? LowPriorityCapable { get; private init; }

    public bool? IsPremiumIOSupported { get; private init; }

    /// <summary>Null where the service gives no price.</summary>
    public MachineLearningEstimatedVmPrices? EstimatedVmPrices { get; private init; }

    /// <summary>As in <c>AmlCompute</c>.</summary>
    public IReadOnlyList<string> SupportedComputeTypes { get; private init; } = [];

    internal static MachineLearningVmSize Read(JsonElement json) =>
        new()
        {
            Name = json.Text("name"),
            Family = json.Text("family"),
            VCpus = json.Int32("vCPUs"),
            Gpus = json.Int32("gpus"),
            OSVhdSizeMB = json.Int32("osVhdSizeMB"),
            MaxResourceVolumeMB = json.Int32("maxResourceVolumeMB"),
            MemoryGB = json.Double("memoryGB"),
            LowPriorityCapable = json.Boolean("lowPriorityCapable"),
            IsPremiumIOSupported = json.Boolean("premiumIO"),
            EstimatedVmPrices = json.Model("estimatedVMPrices", MachineLearningEstimatedVmPrices.Read),
            SupportedComputeTypes = json.List("supportedComputeTypes", static item => item.GetString()!),
        };
}
