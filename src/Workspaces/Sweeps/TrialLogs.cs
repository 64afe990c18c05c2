using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Logs;

namespace Workspaces.Sweeps;

/// <summary>Reads what shows whether a trial lost its node, and what that cost.</summary>
/// <param name="workspace">The trial's workspace.</param>
public sealed class TrialLogs(WorkspaceClient workspace)
{
    /// <summary>Returns whether a trial has a log from before its current one: that of a lost attempt, or a rotated one.</summary>
    /// <exception cref="WorkspaceException">The trial does not exist, or the service refused or did not respond.</exception>
    public async Task<bool> HasEarlierAsync(string trial, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(trial);
        var details = await ServiceErrors.GuardAsync(
            () => workspace.RunHistory.GetDetailsAsync(trial, cancellationToken),
            cancellationToken
        );
        return JobLogs.HasRotated(details.LogFiles.Keys);
    }

    /// <summary>Returns when a metric was logged at each step, in the order of the steps.</summary>
    /// <exception cref="WorkspaceException">The trial does not exist, or the service refused or did not respond.</exception>
    public Task<IReadOnlyList<(long Step, DateTimeOffset Time)>> ReadStepsAsync(
        string trial,
        string metric,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(trial);
        return ServiceErrors.GuardAsync(() => workspace.Tracking.GetStepsAsync(trial, metric, cancellationToken), cancellationToken);
    }
}
