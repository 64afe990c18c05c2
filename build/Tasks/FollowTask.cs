using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.Sessions.Jobs;
using Cake.Frosting;
using Workspaces.Sweeps;

namespace Build.Tasks;

/// <summary>Follows a running job, or reports one that has ended.</summary>
[TaskName("Follow")]
[TaskDescription("Streams the log of a job to its end, reports its metrics and downloads its model")]
[JobArguments]
[PriceArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Follow", "the job of the last Train")]
public sealed class FollowTask(JobSelection jobs, JobWatch watch) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var job = jobs.Name(context);
        var workspace = await jobs.OpenAsync(context);
        var (experiment, sweep) = await new SweepReader(workspace).ReadJobAsync(job, context.Cancellation);
        await watch.FollowAsync(context, workspace, job, experiment, sweep);
    }
}
