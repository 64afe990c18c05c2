using System.Text.Json;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A version of an environment.</summary>
public partial class MachineLearningEnvironmentVersionData : ResourceData, IJsonWritable
{
    public MachineLearningEnvironmentVersionData(MachineLearningEnvironmentVersionProperties properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        Properties = properties;
    }

    private MachineLearningEnvironmentVersionData(ArmEnvelope envelope, MachineLearningEnvironmentVersionProperties properties)
        : base(envelope.Id, envelope.Name, envelope.Type, envelope.SystemData) => Properties = properties;

    public MachineLearningEnvironmentVersionProperties Properties { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer) => writer.WriteOptional("properties", Properties);

    internal static MachineLearningEnvironmentVersionData Read(JsonElement json) =>
        new(ArmEnvelope.Read(json), MachineLearningEnvironmentVersionProperties.Read(json.Member("properties")));
}
