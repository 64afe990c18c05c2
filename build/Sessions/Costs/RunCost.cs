using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups.Models;
using Experiments.Model;
using Reports.Records;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Build.Sessions.Costs;

/// <summary>Computes what a run cost: its time on the price of its nodes, where the price is known.</summary>
public sealed class RunCost(CommandArguments arguments)
{
    private const string Remedy = "give it: --node-price=AMOUNT";

    /// <summary>Returns the cost, or why it is unknown.</summary>
    /// <param name="workspace">The run's workspace; null when nothing was read from it.</param>
    /// <param name="used">The node time.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    internal async Task<(ReportCost? Cost, string? Reason)> ComputeAsync(
        WorkspaceClient? workspace,
        NodeTime used,
        CancellationToken cancellationToken
    )
    {
        if (used.Time is not { } time)
            return (null, "the job has no start time");
        var (price, reason) = await FindPriceAsync(workspace, used, cancellationToken);
        return price is null ? (null, reason) : (Compute(used, time, price, Declared(used) is not null), null);
    }

    private static ReportCost Compute(NodeTime used, TimeSpan time, NodePrice price, bool isGiven)
    {
        var perMinute = price.Amount / 60 * used.Nodes;
        var minutes = Math.Max(0, time.TotalMinutes);
        var machine = used.VmSize is null ? "" : $" {used.VmSize} ({used.Priority})";
        var basis = string.Create(
            CultureInfo.InvariantCulture,
            $"{minutes:0.0} min{used.Of} on {used.Nodes} {(used.Nodes == 1 ? "node" : "nodes")}{machine} at {price.Amount:0.###} "
                + $"{price.Currency} per hour, {(isGiven ? "the price of --node-price" : "estimated retail price")}"
        );
        if (used.Losses > 0)
        {
            var lost = used.LostTime.TotalMinutes;
            basis += string.Create(
                CultureInfo.InvariantCulture,
                $"; of it at most {(decimal)lost * perMinute:0.00##} {price.Currency} ({lost:0.0} min) for steps repeated after "
                    + $"{used.Losses} lost {(used.Losses == 1 ? "node" : "nodes")}"
            );
        }

        return new ReportCost(Math.Round((decimal)minutes * perMinute, 4), price.Currency, basis);
    }

    private NodePrice? Declared(NodeTime used) => PriceArguments.Find(arguments.Get(PriceArguments.NodePrice), used.VmSize, used.Priority);

    private async Task<(NodePrice? Price, string? Reason)> FindPriceAsync(
        WorkspaceClient? workspace,
        NodeTime used,
        CancellationToken cancellationToken
    )
    {
        if (Declared(used) is { } declared)
            return (declared, null);
        if (used.VmSize is not { } size || !Enum.TryParse<VmPriority>(used.Priority, out var priority))
            return (null, $"the VM size of the job is unknown; {Remedy}");
        if (workspace is null)
            return (null, $"no price was read, because everything else was on this machine; {Remedy}");
        try
        {
            var price = await NodePrice.ReadAsync(workspace, workspace.Address.Location, size, priority, cancellationToken);
            return price is null ? (null, $"the service gives no price of {size} ({priority}); {Remedy}") : (price, null);
        }
        catch (WorkspaceException error)
        {
            // A cost that cannot be read must not fail a run that has completed.
            return (null, $"the price could not be read ({error.Message.TrimEnd('.')}); {Remedy}");
        }
    }
}
