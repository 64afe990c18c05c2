namespace WorkspaceEmulator.Containers;

/// <summary>Holds what the command line says about containers of jobs.</summary>
/// <param name="DockerHost">Socket of the Docker engine: <c>unix:///PATH</c>.</param>
/// <param name="JobMemory">Most bytes of memory that a job's container may use; null for the memory of its cluster's VM size.</param>
/// <param name="Network">Network of a job's container.</param>
internal sealed record ContainerSettings(string DockerHost, long? JobMemory, JobNetwork Network);
