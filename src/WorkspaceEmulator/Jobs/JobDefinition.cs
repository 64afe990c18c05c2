namespace WorkspaceEmulator.Jobs;

/// <summary>Holds what a job runs: a command, a sweep whose trials run one, or a pipeline whose steps do.</summary>
/// <param name="Command">The command job; null for any other.</param>
/// <param name="Sweep">The sweep job; null for any other.</param>
/// <param name="Pipeline">The pipeline job; null for any other.</param>
internal sealed record JobDefinition(CommandJob? Command, SweepJob? Sweep, PipelineJob? Pipeline)
{
    public JobDefinition(CommandJob command)
        : this(command, null, null) { }

    public JobDefinition(SweepJob sweep)
        : this(null, sweep, null) { }

    public JobDefinition(PipelineJob pipeline)
        : this(null, null, pipeline) { }
}
