namespace WorkspaceEmulator.Execution;

/// <summary>Describes where a job's command finds its files: on this machine, or inside its container.</summary>
/// <param name="Mounts">Inputs and outputs.</param>
/// <param name="WorkingFolder">Folder the command starts in.</param>
/// <param name="Certificate">File of the emulator's certificate.</param>
internal sealed record JobPaths(JobMounts Mounts, string WorkingFolder, string Certificate);
