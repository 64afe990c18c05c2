using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>What a job takes of its compute, and how its container is started.</summary>
public partial class MachineLearningJobResourceConfiguration : MachineLearningResourceConfiguration
{
    /// <summary>Further arguments of <c>docker run</c>.</summary>
    public string? DockerArgs { get; set; }

    /// <summary>Shared memory: a number above 0 and one of b, k, m, g; by default <c>2g</c>.</summary>
    public string? ShmSize { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("dockerArgs", DockerArgs);
        writer.WriteOptional("shmSize", ShmSize);
    }

    internal static MachineLearningJobResourceConfiguration Read(JsonElement json) =>
        new()
        {
            InstanceCount = json.Int32("instanceCount"),
            InstanceType = json.Text("instanceType"),
            Properties = json.Map("properties", JsonReading.ToBinaryData),
            DockerArgs = json.Text("dockerArgs"),
            ShmSize = json.Text("shmSize"),
        };
}
