namespace Azure.Containers.ContainerRegistry;

/// <summary>In which order tags are listed; <c>None</c>: the registry chooses.</summary>
public enum ArtifactTagOrder
{
    None = 0,
    LastUpdatedOnDescending = 1,
    LastUpdatedOnAscending = 2,
}
