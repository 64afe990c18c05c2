using WorkspaceEmulator.Execution;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Processes;

/// <summary>Ends the processes of jobs that an earlier emulator on this folder left when it ended unexpectedly.</summary>
internal sealed class ProcessLeftovers(StateFolder folder, ExecutionSettings settings, TimeProvider time) : IJobLeftovers
{
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var left = await new ProcessTree(folder.Jobs).EndAsync(settings.TerminationGrace, time);
        if (left.Count > 0)
            folder.Warnings.Add($"Processes {string.Join(", ", left)} of earlier jobs could not be ended.");
    }
}
