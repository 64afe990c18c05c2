namespace WorkspaceEmulator.Jobs;

/// <summary>Describes one output of a command job.</summary>
/// <param name="Place">Where it goes; null for <see cref="DefaultPlace"/>.</param>
/// <param name="IsFile">Whether it is one file; else it is a folder.</param>
internal sealed record JobOutput(DatastoreUri? Place, bool IsFile)
{
    /// <summary>Gets whether it is written when the job has ended (mode Upload); else as the job writes it.</summary>
    public bool IsUploaded { get; init; }

    /// <summary>Gets whether the command receives its address and writes there by itself (mode Direct).</summary>
    public bool IsAddress { get; init; }

    /// <summary>Gets the folder in which a container finds it; null for one that the emulator chooses.</summary>
    public string? PathOnCompute { get; init; }

    /// <summary>Returns where an output goes when the job does not say.</summary>
    public static DatastoreUri DefaultPlace(string runName, string output) =>
        new(DatastoreUri.DefaultDatastore, $"azureml/{runName}/{output}/");
}
