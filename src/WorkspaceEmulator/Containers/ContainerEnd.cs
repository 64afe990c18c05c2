namespace WorkspaceEmulator.Containers;

/// <summary>How a container ended.</summary>
/// <param name="ExitCode">Of its first process; 128 and the signal when one ended it.</param>
/// <param name="IsOutOfMemory">Whether the kernel killed something in it for want of memory.</param>
/// <param name="Error">What the engine says when it could not run it; empty otherwise.</param>
internal sealed record ContainerEnd(int ExitCode, bool IsOutOfMemory, string Error);
