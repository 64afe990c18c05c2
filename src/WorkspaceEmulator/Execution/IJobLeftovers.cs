namespace WorkspaceEmulator.Execution;

/// <summary>Represents what jobs of an earlier emulator, which ended unexpectedly, left running outside its processes.</summary>
internal interface IJobLeftovers
{
    /// <summary>Stops and removes everything that can be reached.</summary>
    Task RemoveAsync(CancellationToken cancellationToken);
}
