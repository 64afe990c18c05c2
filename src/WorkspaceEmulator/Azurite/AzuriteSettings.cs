using System.Diagnostics;

namespace WorkspaceEmulator.Azurite;

/// <summary>Holds where Azurite is, and how the emulator starts processes of its own.</summary>
/// <param name="Package">The package; null when it is not installed or not wanted.</param>
/// <param name="Start">Starts a process that is no orphan of a job.</param>
/// <param name="Forget">Forgets such a process, which has ended.</param>
internal sealed record AzuriteSettings(AzuritePackage? Package, Func<ProcessStartInfo, Process> Start, Action<int> Forget);
