using Build.CommandLine.Groups;
using Build.Sessions.Jobs;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Ensures the cluster, with as many nodes as the experiment requires.</summary>
[TaskName("Create-Compute")]
[TaskDescription("Creates the cluster, or raises its scale where the experiment requires more nodes")]
[IsDependentOn(typeof(RegisterDatastoreTask))]
[ComputeArguments]
public sealed class CreateComputeTask(ClusterStage cluster) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => cluster.EnsureAsync(context);
}
