using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Starts processes of <c>torch.distributed</c>: each gets MASTER_ADDR, MASTER_PORT, WORLD_SIZE, RANK and LOCAL_RANK.</summary>
public partial class PyTorchDistributionConfiguration : MachineLearningDistributionConfiguration
{
    public PyTorchDistributionConfiguration()
        : base("PyTorch") { }

    /// <summary>Gets or sets the number of processes per node; by default 1.</summary>
    public int? ProcessCountPerInstance { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) =>
        writer.WriteOptional("processCountPerInstance", ProcessCountPerInstance);
}
