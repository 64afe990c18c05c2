using Build.Stages;
using Cake.Common;
using Cake.Core;
using Cake.Frosting;
using Workspaces.Computes;

namespace Build.Tasks;

/// <summary>Sees that the cluster is there, with as many nodes as the experiment asks for.</summary>
[TaskName("Create-Compute")]
[TaskDescription("Creates the cluster, raises its scale where more is asked, or leaves it")]
[IsDependentOn(typeof(RegisterDatastoreTask))]
[TaskArgument("compute-timeout", "MINUTES", "how long a cluster that is being made is waited for; default 20")]
public sealed class CreateComputeTask(WorkspaceSession session, ChainState state, TimeProvider time) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var settings = ReadSettings(context);
        var plan = context.ReadPlan();
        var workspace = await session.OpenAsync(context, plan.Workspace, plan.Runtime.Kind);
        var progress = new ImmediateProgress<string>(text => context.Say($"  {text}"));

        var found = await state.ComputeAsync(context, plan);
        foreach (var note in found.Notes)
            context.Say($"  {note}");
        var compute = await new ComputeProvisioner(workspace, time, settings).EnsureAsync(
            plan.Compute,
            found,
            progress,
            context.Cancellation
        );

        context.Records(plan.Name).Write(compute);
        context.ReportStage(
            "Cluster",
            $"{compute.Name} ({compute.VmSize}, up to {compute.MaxNodes} nodes)",
            compute.Change,
            compute.Differences
        );
    }

    private static ProvisioningSettings ReadSettings(BuildContext context)
    {
        if (context.Argument<string?>("compute-timeout", null) is not { Length: > 0 } text)
            return new ProvisioningSettings();
        return int.TryParse(text, out var minutes) && minutes is > 0 and <= 1440
            ? new ProvisioningSettings { Deadline = TimeSpan.FromMinutes(minutes) }
            : throw new CakeException($"--compute-timeout is \"{text}\"; it must be a whole number from 1 to 1440 (minutes).");
    }
}
