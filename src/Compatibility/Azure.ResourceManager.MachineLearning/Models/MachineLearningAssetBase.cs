using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Holds the properties that versions of all assets have.</summary>
public partial class MachineLearningAssetBase : MachineLearningResourceBase
{
    /// <summary>Gets or sets whether a tool generated name and version.</summary>
    public bool? IsAnonymous { get; set; }

    public bool? IsArchived { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("isAnonymous", IsAnonymous);
        writer.WriteOptional("isArchived", IsArchived);
    }
}
