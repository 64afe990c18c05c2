using Build.Stages;
using Cake.Frosting;
using Workspaces;

namespace Build.Tasks;

/// <summary>Sees that the cluster is there, with as many nodes as the experiment asks for.</summary>
[TaskName("Create-Compute")]
[TaskDescription("Creates the cluster, raises its scale where more is asked, or leaves it")]
[IsDependentOn(typeof(RegisterDatastoreTask))]
public sealed class CreateComputeTask(WorkspaceSession session, ChainState state) : AsyncFrostingTask<BuildContext>
{
    /// <summary>Name of the stage's record.</summary>
    public const string Stage = "compute";

    public override async Task RunAsync(BuildContext context)
    {
        var plan = context.ReadPlan();
        var workspace = await session.OpenAsync(context, plan.Workspace, plan.Runtime.Kind);
        var progress = new ImmediateProgress(text => context.Say($"  {text}"));

        var compute = await new ComputeProvisioner(workspace).EnsureAsync(plan.Compute, await state.ComputeAsync(context, plan), progress, context.Cancellation);

        context.Records(plan.Name).Write(Stage, compute);
        context.ReportStage("Cluster", $"{compute.Name} ({compute.VmSize}, up to {compute.MaxNodes} nodes)", compute.Change, compute.Differences);
    }

    /// <summary>Reports on the caller's thread, in order; <see cref="Progress{T}"/> may overtake itself.</summary>
    private sealed class ImmediateProgress(Action<string> report) : IProgress<string>
    {
        public void Report(string value) => report(value);
    }
}
