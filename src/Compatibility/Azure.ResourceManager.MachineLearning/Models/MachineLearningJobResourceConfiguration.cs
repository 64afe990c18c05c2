using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Describes what a job takes of its compute, and how its container starts.</summary>
public partial class MachineLearningJobResourceConfiguration : MachineLearningResourceConfiguration
{
    /// <summary>Gets or sets further arguments of <c>docker run</c>.</summary>
    public string? DockerArgs { get; set; }

    /// <summary>Gets or sets the shared memory: a number above 0 and one of b, k, m, g. The default is <c>2g</c>.</summary>
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
