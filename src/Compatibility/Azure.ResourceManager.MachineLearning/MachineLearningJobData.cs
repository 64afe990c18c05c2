using System.Text.Json;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A job as the service holds it or shall run it.</summary>
public partial class MachineLearningJobData : ResourceData, IJsonWritable
{
    public MachineLearningJobData(MachineLearningJobProperties properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        Properties = properties;
    }

    private MachineLearningJobData(ArmEnvelope envelope, MachineLearningJobProperties properties)
        : base(envelope.Id, envelope.Name, envelope.Type, envelope.SystemData) => Properties = properties;

    public MachineLearningJobProperties Properties { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer) => writer.WriteOptional("properties", Properties);

    internal static MachineLearningJobData Read(JsonElement json) =>
        new(ArmEnvelope.Read(json), MachineLearningJobProperties.Read(json.Member("properties")));
}
