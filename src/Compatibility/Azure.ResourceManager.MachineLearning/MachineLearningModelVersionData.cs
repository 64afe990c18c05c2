using System.Text.Json;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A version of a model.</summary>
public partial class MachineLearningModelVersionData : ResourceData, IJsonWritable
{
    public MachineLearningModelVersionData(MachineLearningModelVersionProperties properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        Properties = properties;
    }

    private MachineLearningModelVersionData(ArmEnvelope envelope, MachineLearningModelVersionProperties properties)
        : base(envelope.Id, envelope.Name, envelope.Type, envelope.SystemData) => Properties = properties;

    public MachineLearningModelVersionProperties Properties { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer) => writer.WriteOptional("properties", Properties);

    internal static MachineLearningModelVersionData Read(JsonElement json) =>
        new(ArmEnvelope.Read(json), MachineLearningModelVersionProperties.Read(json.Member("properties")));
}
