namespace WorkspaceEmulator.Jobs;

/// <summary>Describes one input of a command job.</summary>
/// <param name="Kind">How the command receives it.</param>
/// <param name="Value">A literal's text; else the URI as it was written.</param>
/// <param name="Place">Its datastore and path; null for a literal, an address, and an asset, which is found when the job starts.</param>
/// <param name="IsWritable">Whether the command may write to a mounted input.</param>
internal sealed record JobInput(JobInputKind Kind, string Value, DatastoreUri? Place, bool IsWritable)
{
    /// <summary>Gets the folder in which a container finds it; null for one that the emulator chooses.</summary>
    public string? PathOnCompute { get; init; }

    /// <summary>Gets whether the command receives the files that a table names (modes EvalMount and EvalDownload).</summary>
    public bool IsEvaluated { get; init; }
}

/// <summary>Lists how a command can receive an input.</summary>
internal enum JobInputKind
{
    /// <summary>As text in the command.</summary>
    Literal,

    /// <summary>As its URI: mode Direct.</summary>
    Address,

    /// <summary>As a folder or file.</summary>
    Mount,
}
