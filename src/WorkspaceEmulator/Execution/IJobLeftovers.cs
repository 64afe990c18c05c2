namespace WorkspaceEmulator.Execution;

/// <summary>What jobs of an emulator that ended unexpectedly left running outside its processes.</summary>
internal interface IJobLeftovers
{
    /// <summary>Stops and removes all of it that can be reached.</summary>
    Task RemoveAsync(CancellationToken cancellationToken);
}
