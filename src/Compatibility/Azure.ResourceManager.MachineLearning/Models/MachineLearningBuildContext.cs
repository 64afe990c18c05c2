using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Names the build context of an environment's image.</summary>
public partial class MachineLearningBuildContext : IJsonWritable
{
    public MachineLearningBuildContext(Uri contextUri)
    {
        ArgumentNullException.ThrowIfNull(contextUri);
        ContextUri = contextUri;
    }

    private MachineLearningBuildContext() => ContextUri = null!;

    public Uri ContextUri { get; set; }

    /// <summary>Gets or sets the path of the Dockerfile in the context; by default <c>Dockerfile</c>.</summary>
    public string? DockerfilePath { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("contextUri", ContextUri);
        writer.WriteOptional("dockerfilePath", DockerfilePath);
    }

    internal static MachineLearningBuildContext Read(JsonElement json) =>
        new() { ContextUri = json.Link("contextUri")!, DockerfilePath = json.Text("dockerfilePath") };
}
