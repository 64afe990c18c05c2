using System.Text.Json;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Describes one manifest as the registry holds it.</summary>
public class ArtifactManifestProperties
{
    public ArtifactManifestProperties() { }

    /// <param name="json">An item of the <c>manifests</c> list, or the <c>manifest</c> of a single response.</param>
    /// <param name="page">The response around it, which names registry and repository.</param>
    internal ArtifactManifestProperties(JsonElement json, JsonElement page)
    {
        RegistryLoginServer = page.Text("registry");
        RepositoryName = page.Text("imageName");
        Digest = json.Text("digest");
        SizeInBytes = json.Number("imageSize");
        CreatedOn = json.Time("createdTime");
        LastUpdatedOn = json.Time("lastUpdateTime");
        Architecture = json.Text("architecture") is { Length: > 0 } architecture
            ? new ArtifactArchitecture(architecture)
            : default(ArtifactArchitecture?);
        OperatingSystem = json.Text("os") is { Length: > 0 } system
            ? new ArtifactOperatingSystem(system)
            : default(ArtifactOperatingSystem?);
        RelatedArtifacts = [.. json.Items("references").Select(reference => new ArtifactManifestPlatform(reference))];
        Tags = [.. json.Items("tags").Select(tag => tag.GetString()!)];
        (CanDelete, CanWrite, CanList, CanRead) = json.Permissions();
    }

    public ArtifactArchitecture? Architecture { get; }

    public bool? CanDelete { get; set; }

    public bool? CanList { get; set; }

    public bool? CanRead { get; set; }

    public bool? CanWrite { get; set; }

    public DateTimeOffset CreatedOn { get; }

    public string? Digest { get; }

    public DateTimeOffset LastUpdatedOn { get; }

    public ArtifactOperatingSystem? OperatingSystem { get; }

    public string? RegistryLoginServer { get; }

    /// <summary>Gets the images of a manifest list or index. A single image has none.</summary>
    public IReadOnlyList<ArtifactManifestPlatform> RelatedArtifacts { get; } = [];

    public string? RepositoryName { get; }

    public long? SizeInBytes { get; }

    public IReadOnlyList<string> Tags { get; } = [];
}
