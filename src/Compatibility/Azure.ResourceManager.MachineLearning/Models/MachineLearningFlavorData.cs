using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>What a flavor of MLflow needs to load a model.</summary>
public partial class MachineLearningFlavorData : IJsonWritable
{
    public IDictionary<string, string> Data { get; set; } = new UnsetDictionary<string>();

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer) => writer.WriteOptional("data", Data);

    internal static MachineLearningFlavorData Read(JsonElement json) => new() { Data = json.TextMap("data") };
}
