using Build.Stages;
using Cake.Frosting;
using Workspaces.Jobs;

namespace Build.Tasks;

/// <summary>Cancels a job and waits until it has ended.</summary>
[TaskName("Cancel")]
[TaskDescription("Cancels a job; one that has ended stays as it is")]
[TaskArgument("job", "NAME", "the job; default the one of the last plan")]
[TaskArgument("exp-config", "FILE", "whose environment config names the workspace; default that of the last plan")]
[TaskArgument("record", "FILE", "writes the emulator's traffic, one JSON object a line")]
[TaskArgument("faults", "FILE", "fault script that the emulator brings about; docs/emulator.md")]
[TaskArgument("credential", "NAME", "how to sign in to Azure; default the first way that is configured, see docs/identity.md")]
[TaskExample("--target=Cancel", "the job of the last Train")]
public sealed class CancelTask(WorkspaceSession session) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var job = context.JobArgument();
        var workspace = await session.OpenAsync(context, context.WorkspaceArgument(), jobs: null);

        var status = await new JobCanceller(workspace).CancelAsync(job, context.Cancellation);

        context.Say($"Job          {job}: {status}");
    }
}
