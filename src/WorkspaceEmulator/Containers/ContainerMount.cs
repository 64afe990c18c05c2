namespace WorkspaceEmulator.Containers;

/// <summary>A file or folder of this machine inside a container.</summary>
internal sealed record ContainerMount(string Source, string Target, bool IsReadOnly);
