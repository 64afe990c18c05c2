using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Sessions.Jobs;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Downloads the artifacts of a job: its model, plots, metrics and logs.</summary>
[TaskName("Fetch")]
[TaskDescription("Downloads the artifacts of a job that has ended, or those that a running one has so far")]
[JobArguments]
[FetchArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Fetch --job=demo-f015be81adce", "the model of any job, by any person")]
public sealed class FetchTask(JobDownload download) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => download.RunAsync(context);
}
