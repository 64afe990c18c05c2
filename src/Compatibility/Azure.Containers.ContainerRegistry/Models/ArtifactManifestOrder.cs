namespace Azure.Containers.ContainerRegistry;

/// <summary>In which order manifests are listed; <c>None</c> leaves it to the registry.</summary>
public enum ArtifactManifestOrder
{
    None = 0,
    LastUpdatedOnDescending = 1,
    LastUpdatedOnAscending = 2,
}
