using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Chooses values at random.</summary>
public partial class RandomSamplingAlgorithm : SamplingAlgorithm
{
    public RandomSamplingAlgorithm()
        : base("Random") { }

    /// <summary>Gets or sets the sequence; by default <see cref="RandomSamplingAlgorithmRule.Random"/>.</summary>
    public RandomSamplingAlgorithmRule? Rule { get; set; }

    public int? Seed { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("rule", Rule?.ToString());
        writer.WriteOptional("seed", Seed);
    }
}
