namespace WorkspaceEmulator.Engines;

/// <summary>Describes how a container ended.</summary>
/// <param name="ExitCode">Exit code of its first process; 128 plus the signal that ended it.</param>
/// <param name="IsOutOfMemory">Whether the kernel killed a process of it because memory ran out.</param>
/// <param name="Error">The engine's message when it could not run it; empty otherwise.</param>
internal sealed record ContainerEnd(int ExitCode, bool IsOutOfMemory, string Error);
