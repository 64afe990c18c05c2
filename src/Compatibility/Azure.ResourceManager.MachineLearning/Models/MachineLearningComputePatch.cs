using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A change of a cluster's scale settings.</summary>
public partial class MachineLearningComputePatch : IJsonWritable
{
    public AmlComputeScaleSettings? ScaleSettings { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("properties");
        writer.WriteStartObject("properties");
        writer.WriteOptional("scaleSettings", ScaleSettings);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
