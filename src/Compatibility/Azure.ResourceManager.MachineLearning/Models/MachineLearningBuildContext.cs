using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Where an environment's image is built from.</summary>
public partial class MachineLearningBuildContext : IJsonWritable
{
    public MachineLearningBuildContext(Uri contextUri)
    {
        ArgumentNullException.ThrowIfNull(contextUri);
        ContextUri = contextUri;
    }

    private MachineLearningBuildContext() => ContextUri = null!;

    public Uri ContextUri { get; set; }

    /// <summary>Within the context; by default <c>Dockerfile</c>.</summary>
    public string? DockerfilePath { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("contextUri", ContextUri);
        writer.WriteOptional("dockerfilePath", DockerfilePath);
    }

    internal static MachineLearningBuildContext Read(JsonElement json) =>
        new() { ContextUri = json.Link("contextUri")!, DockerfilePath = json.Text("dockerfilePath") };
}
