using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A model's name, with what is said of all of its versions.</summary>
public partial class MachineLearningModelContainerProperties : MachineLearningAssetContainer
{
    internal static MachineLearningModelContainerProperties Read(JsonElement json)
    {
        var container = new MachineLearningModelContainerProperties
        {
            IsArchived = json.Boolean("isArchived"),
            LatestVersion = json.Text("latestVersion"),
            NextVersion = json.Text("nextVersion"),
        };
        container.ReadBaseMembers(json);
        return container;
    }
}
