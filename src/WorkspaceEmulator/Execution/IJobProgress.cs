namespace WorkspaceEmulator.Execution;

/// <summary>Receives the progress of a command.</summary>
internal interface IJobProgress
{
    /// <summary>Reports that the command has started.</summary>
    void Started();

    /// <summary>Reports that the command has ended and cleanup begins.</summary>
    void Ended();

    /// <summary>
    /// Gets the time between TERM and KILL if the job were ended now; when its node is taken away, what the fault script says.
    /// </summary>
    TimeSpan Grace { get; }
}
