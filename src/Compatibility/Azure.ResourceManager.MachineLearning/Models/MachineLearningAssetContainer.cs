using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>What containers of assets have in common.</summary>
public partial class MachineLearningAssetContainer : MachineLearningResourceBase
{
    public bool? IsArchived { get; set; }

    public string? LatestVersion { get; private protected init; }

    /// <summary>The number that the service would give the next version.</summary>
    public string? NextVersion { get; private protected init; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOptional("isArchived", IsArchived);
}
