using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Starts the processes by <c>mpirun</c>.</summary>
public partial class MpiDistributionConfiguration : MachineLearningDistributionConfiguration
{
    public MpiDistributionConfiguration()
        : base("Mpi") { }

    /// <summary>Gets or sets the number of processes per node; by default 1.</summary>
    public int? ProcessCountPerInstance { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) =>
        writer.WriteOptional("processCountPerInstance", ProcessCountPerInstance);
}
