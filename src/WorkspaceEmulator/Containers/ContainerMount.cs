namespace WorkspaceEmulator.Containers;

/// <summary>Represents a file or folder of this machine inside a container.</summary>
internal sealed record ContainerMount(string Source, string Target, bool IsReadOnly);
