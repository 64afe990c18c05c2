using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Build.Sessions.Jobs;
using Cake.Frosting;
using Workspaces.Jobs;

namespace Build.Tasks;

/// <summary>Cancels a job and waits until it has ended.</summary>
[TaskName("Cancel")]
[TaskDescription("Cancels a job; a job that has ended is not changed")]
[JobArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Cancel", "the job of the last Train")]
public sealed class CancelTask(JobSelection jobs, TimeProvider time) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var job = jobs.Name(context);
        var workspace = await jobs.OpenAsync(context);
        var status = await new JobCanceller(workspace, time).CancelAsync(job, context.Cancellation);
        context.Report("Job", $"{job}: {status}");
    }
}
