using System.Text.Json;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A schedule as the service holds it or shall create it.</summary>
public partial class MachineLearningScheduleData : ResourceData, IJsonWritable
{
    public MachineLearningScheduleData(MachineLearningScheduleProperties properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        Properties = properties;
    }

    private MachineLearningScheduleData(ArmEnvelope envelope, MachineLearningScheduleProperties properties)
        : base(envelope.Id, envelope.Name, envelope.Type, envelope.SystemData) => Properties = properties;

    public MachineLearningScheduleProperties Properties { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer) => writer.WriteOptional("properties", Properties);

    internal static MachineLearningScheduleData Read(JsonElement json) =>
        new(ArmEnvelope.Read(json), MachineLearningScheduleProperties.Read(json.Member("properties")));
}
