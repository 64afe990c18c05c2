using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Between which numbers of nodes a cluster scales.</summary>
public partial class AmlComputeScaleSettings : IJsonWritable
{
    public AmlComputeScaleSettings(int maxNodeCount) => MaxNodeCount = maxNodeCount;

    public int MaxNodeCount { get; set; }

    /// <summary>Gets or sets the lowest number of nodes; by default 0. They are paid for even when they are idle.</summary>
    public int? MinNodeCount { get; set; }

    public TimeSpan? NodeIdleTimeBeforeScaleDown { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("maxNodeCount", MaxNodeCount);
        writer.WriteOptional("minNodeCount", MinNodeCount);
        writer.WriteOptional("nodeIdleTimeBeforeScaleDown", NodeIdleTimeBeforeScaleDown);
    }

    internal static AmlComputeScaleSettings Read(JsonElement json) =>
        new(json.Int32("maxNodeCount") ?? 0)
        {
            MinNodeCount = json.Int32("minNodeCount"),
            NodeIdleTimeBeforeScaleDown = json.Duration("nodeIdleTimeBeforeScaleDown"),
        };
}
