namespace WorkspaceEmulator.Execution;

/// <summary>Holds what the command line says about how jobs run.</summary>
/// <param name="TerminationGrace">Time between TERM and KILL when a job is ended.</param>
/// <param name="ProcessPaths">Folders put before PATH of every job that runs as a process.</param>
/// <param name="ProcessVariables">Environment variables that every job that runs as a process gets last.</param>
internal sealed record ExecutionSettings(
    TimeSpan TerminationGrace,
    IReadOnlyList<string> ProcessPaths,
    IReadOnlyDictionary<string, string> ProcessVariables
);
