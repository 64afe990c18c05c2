using System.Text.Json;
using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A compute target as the service holds it or shall make it.</summary>
public partial class MachineLearningComputeData : TrackedResourceData, IJsonWritable
{
    public MachineLearningComputeData(AzureLocation location)
        : base(location) { }

    private MachineLearningComputeData(ArmEnvelope envelope)
        : base(envelope.Id, envelope.Name, envelope.Type, envelope.SystemData, envelope.Tags, envelope.Location) { }

    /// <summary>The identity with which jobs on the compute reach storage and registry.</summary>
    public ManagedServiceIdentity? Identity { get; set; }

    public MachineLearningComputeProperties? Properties { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("location", Location.ToString());
        if (Tags is { Count: > 0 })
            writer.WriteOptional("tags", Tags);

        if (Identity is not null)
        {
            writer.WritePropertyName("identity");
            JsonSerializer.Serialize(writer, Identity);
        }

        writer.WriteOptional("properties", Properties);
    }

    internal static MachineLearningComputeData Read(JsonElement json) =>
        new(ArmEnvelope.Read(json))
        {
            Identity = json.Model("identity", static identity => JsonSerializer.Deserialize<ManagedServiceIdentity>(identity)!),
            Properties = json.Model("properties", MachineLearningComputeProperties.Read),
        };
}
