namespace WorkspaceEmulator.Jobs;

/// <summary>Holds what a job runs: a command, or a sweep whose trials run one.</summary>
/// <param name="Command">The command job; null for a sweep.</param>
/// <param name="Sweep">The sweep job; null for a command job.</param>
internal sealed record JobDefinition(CommandJob? Command, SweepJob? Sweep)
{
    public JobDefinition(CommandJob command)
        : this(command, null) { }

    public JobDefinition(SweepJob sweep)
        : this(null, sweep) { }
}
