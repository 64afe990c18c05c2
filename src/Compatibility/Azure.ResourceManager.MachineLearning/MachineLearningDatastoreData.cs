using System.Text.Json;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A datastore as the service holds it or shall hold it.</summary>
public partial class MachineLearningDatastoreData : ResourceData, IJsonWritable
{
    public MachineLearningDatastoreData(MachineLearningDatastoreProperties properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        Properties = properties;
    }

    private MachineLearningDatastoreData(ArmEnvelope envelope, MachineLearningDatastoreProperties properties)
        : base(envelope.Id, envelope.Name, envelope.Type, envelope.SystemData) => Properties = properties;

    public MachineLearningDatastoreProperties Properties { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer) => writer.WriteOptional("properties", Properties);

    internal static MachineLearningDatastoreData Read(JsonElement json) =>
        new(ArmEnvelope.Read(json), MachineLearningDatastoreProperties.Read(json.Member("properties")));
}
