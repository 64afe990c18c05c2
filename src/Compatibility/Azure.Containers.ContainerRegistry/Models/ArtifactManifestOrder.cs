namespace Azure.Containers.ContainerRegistry;

/// <summary>In which order manifests are listed; <c>None</c>: the registry chooses.</summary>
public enum ArtifactManifestOrder
{
    None = 0,
    LastUpdatedOnDescending = 1,
    LastUpdatedOnAscending = 2,
}
