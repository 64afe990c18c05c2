namespace WorkspaceEmulator.Execution;

/// <summary>Hears how far a command is.</summary>
internal interface IJobProgress
{
    /// <summary>The command runs from now on.</summary>
    void Started();

    /// <summary>The command is done; what it left behind is being cleared up.</summary>
    void Ended();

    /// <summary>Time between TERM and KILL when the job is ended now: none when its node is taken away.</summary>
    TimeSpan Grace { get; }
}
