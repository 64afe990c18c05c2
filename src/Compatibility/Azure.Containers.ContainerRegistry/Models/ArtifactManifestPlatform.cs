using System.Text.Json;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Describes one image of a manifest list or index: its digest and its platform.</summary>
public class ArtifactManifestPlatform
{
    internal ArtifactManifestPlatform(JsonElement json)
    {
        Digest = json.Text("digest") ?? "";
        Architecture = json.Text("architecture") is { Length: > 0 } architecture
            ? new ArtifactArchitecture(architecture)
            : default(ArtifactArchitecture?);
        OperatingSystem = json.Text("os") is { Length: > 0 } system
            ? new ArtifactOperatingSystem(system)
            : default(ArtifactOperatingSystem?);
    }

    public ArtifactArchitecture? Architecture { get; }

    public string Digest { get; }

    public ArtifactOperatingSystem? OperatingSystem { get; }
}
