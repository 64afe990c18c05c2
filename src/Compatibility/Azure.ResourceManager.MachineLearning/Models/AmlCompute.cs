using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A cluster of virtual machines that scales with the jobs waiting for it.</summary>
public partial class AmlCompute : MachineLearningComputeProperties
{
    public AmlCompute()
        : base("AmlCompute") { }

    public AmlComputeProperties? Properties { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOptional("properties", Properties);
}
