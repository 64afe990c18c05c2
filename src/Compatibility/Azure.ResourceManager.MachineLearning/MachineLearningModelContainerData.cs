using System.Text.Json;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A model's name, under which its versions are. Here it is only read: the first version creates it.</summary>
public partial class MachineLearningModelContainerData : ResourceData
{
    public MachineLearningModelContainerData(MachineLearningModelContainerProperties properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        Properties = properties;
    }

    private MachineLearningModelContainerData(ArmEnvelope envelope, MachineLearningModelContainerProperties properties)
        : base(envelope.Id, envelope.Name, envelope.Type, envelope.SystemData) => Properties = properties;

    public MachineLearningModelContainerProperties Properties { get; set; }

    internal static MachineLearningModelContainerData Read(JsonElement json) =>
        new(ArmEnvelope.Read(json), MachineLearningModelContainerProperties.Read(json.Member("properties")));
}
