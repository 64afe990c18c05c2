using Build.Stages;
using Cake.Frosting;
using Workspaces.Jobs;

namespace Build.Tasks;

/// <summary>Follows a job that runs, or reports one that has ended.</summary>
[TaskName("Follow")]
[TaskDescription("Streams the log of a job to its end, reports its metrics and fetches its model")]
[TaskArgument("job", "NAME", "the job; default the one of the last plan")]
[TaskArgument("exp-config", "FILE", "whose environment config names the workspace; default that of the last plan")]
[TaskArgument("record", "FILE", "writes the emulator's traffic, one JSON object a line")]
[TaskArgument("faults", "FILE", "fault script that the emulator brings about; docs/emulator.md")]
[TaskArgument("credential", "NAME", "how to sign in to Azure; default the first way that is configured, see docs/identity.md")]
[TaskExample("--target=Follow", "the job of the last Train")]
public sealed class FollowTask(WorkspaceSession session) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var job = context.JobArgument();
        var workspace = await session.OpenAsync(context, context.WorkspaceArgument(), jobs: null);
        var experiment = await new JobHistory(workspace).ReadExperimentNameAsync(job, context.Cancellation);

        await JobWatch.FollowToOutcomeAsync(context, workspace, job, experiment);
    }
}
