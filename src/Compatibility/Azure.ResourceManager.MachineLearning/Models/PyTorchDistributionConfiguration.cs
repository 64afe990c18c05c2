using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Starts processes with the environment of PyTorch's <c>torch.distributed</c>.</summary>
public partial class PyTorchDistributionConfiguration : MachineLearningDistributionConfiguration
{
    internal const string Kind = "PyTorch";

    public PyTorchDistributionConfiguration()
        : base(Kind) { }

    /// <summary>Processes on each node; by default 1.</summary>
    public int? ProcessCountPerInstance { get; set; }

    internal override void WriteKindMembers(Utf8JsonWriter writer) =>
        writer.WriteOptional("processCountPerInstance", ProcessCountPerInstance);

    internal static PyTorchDistributionConfiguration ReadPyTorch(JsonElement json) =>
        new() { ProcessCountPerInstance = json.Int32("processCountPerInstance") };
}
