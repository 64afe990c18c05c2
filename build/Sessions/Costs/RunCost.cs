using System.Globalization;
using Experiments.Model;
using Reports.Building;
using Reports.Records;
using Workspaces.Computes;
using Workspaces.Connection;

namespace Build.Sessions.Reports;

/// <summary>Computes what a run cost: its time on the price of its nodes, where the service gives one.</summary>
internal static class RunCost
{
    // The jobs of this version run on one node each.
    private const int Nodes = 1;

    /// <summary>Returns the cost, or why it is unknown.</summary>
    /// <param name="workspace">The run's workspace; null when nothing was read from it.</param>
    /// <param name="run">The run.</param>
    /// <param name="now">The time up to which a running job is counted.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public static async Task<(ReportCost? Cost, string? Reason)> ComputeAsync(
        WorkspaceClient? workspace,
        RunFacts run,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (run.Started is not { } started)
            return (null, "the job has no start time");
        if (
            run.Setting("COMPUTE", "VM_SIZE") is not { } size
            || !Enum.TryParse<VmPriority>(run.Setting("COMPUTE", "PRIORITY"), out var priority)
        )
        {
            return (null, "the VM size of the job is unknown");
        }
        if (workspace is null)
            return (null, "no price was read, because everything else was on this machine");
        var price = await NodePrice.ReadAsync(workspace, workspace.Address.Location, size, priority, cancellationToken);
        if (price is null)
            return (null, $"the service gives no price of {size} ({priority})");
        var hours = Math.Max(0, ((run.Ended ?? now) - started).TotalHours);
        var basis = string.Create(
            CultureInfo.InvariantCulture,
            $"{hours * 60:0.0} min on {Nodes} node {size} ({priority}) at {price.Amount:0.###} {price.Currency} per hour, estimated "
                + $"retail price"
        );
        return (new ReportCost(Math.Round((decimal)hours * Nodes * price.Amount, 4), price.Currency, basis), null);
    }
}
