namespace Workspaces.LocalEmulator;

/// <summary>An emulator that was stopped.</summary>
/// <param name="EndedJobs">Names of the jobs that ran, and failed with it.</param>
/// <param name="KeptJobs">Names of the jobs that had not started; the next emulator runs them.</param>
public sealed record StoppedEmulator(IReadOnlyList<string> EndedJobs, IReadOnlyList<string> KeptJobs);
