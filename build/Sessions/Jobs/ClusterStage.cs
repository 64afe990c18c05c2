using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Build.Sessions.Snapshots;
using Workspaces.Computes;

namespace Build.Sessions.Jobs;

/// <summary>Creates the cluster of a plan, or raises its scale.</summary>
public sealed class ClusterStage(
    CommandArguments arguments,
    PlanStore plans,
    WorkspaceSession session,
    WorkspaceSnapshotReader snapshots,
    TimeProvider time
)
{
    /// <summary>Ensures the cluster and writes the record of the stage.</summary>
    public async Task EnsureAsync(BuildContext context)
    {
        var settings = new ProvisioningSettings();
        if (arguments.Get(ComputeArguments.Timeout) is { } timeout)
            settings = settings with { Deadline = timeout };
        var plan = plans.ReadPlan(context);
        var workspace = await session.OpenAsync(context, plan);
        var found = await snapshots.ComputeAsync(context, plan);
        foreach (var note in found.Notes)
            context.Say($"  {note}");

        var progress = new SynchronousProgress<string>(text => context.Say($"  {text}"));
        var provisioner = new ComputeProvisioner(workspace, time, settings);
        var compute = await provisioner.EnsureAsync(plan.Compute, found, progress, context.Cancellation);

        PlanStore.Records(context, plan.Name).Write(StageNames.Compute, compute);
        context.ReportStage(
            "Cluster",
            $"{compute.Name} ({compute.VmSize}, up to {compute.MaxNodes} nodes)",
            compute.Change,
            compute.Differences
        );
    }
}
