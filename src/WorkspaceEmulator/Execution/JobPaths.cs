namespace WorkspaceEmulator.Execution;

/// <summary>Where a job's command finds things: on this machine, or inside its container.</summary>
/// <param name="Mounts">Inputs and outputs.</param>
/// <param name="WorkingFolder">Folder the command starts in.</param>
/// <param name="Certificate">The file by which the emulator is trusted.</param>
internal sealed record JobPaths(JobMounts Mounts, string WorkingFolder, string Certificate);
