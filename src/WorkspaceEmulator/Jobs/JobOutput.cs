namespace WorkspaceEmulator.Jobs;

/// <summary>One output of a command job.</summary>
/// <param name="Place">Where it goes; null leaves that to <see cref="DefaultPlace"/>.</param>
/// <param name="IsFile">Whether it is one file; else it is a folder.</param>
internal sealed record JobOutput(DatastoreUri? Place, bool IsFile)
{
    /// <summary>Gets where an output goes whose job names no place.</summary>
    public static DatastoreUri DefaultPlace(string runName, string output) =>
        new(DatastoreUri.DefaultDatastore, $"azureml/{runName}/{output}/");
}
