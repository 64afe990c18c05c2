namespace Azure.Containers.ContainerRegistry;

/// <summary>Names the order of a list of tags. With <c>None</c> the registry chooses.</summary>
public enum ArtifactTagOrder
{
    None = 0,
    LastUpdatedOnDescending = 1,
    LastUpdatedOnAscending = 2,
}
