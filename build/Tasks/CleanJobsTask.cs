using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.Sessions.Models;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Lists, and deletes on request, the old jobs that nothing needs.</summary>
[TaskName("Clean-Jobs")]
[TaskDescription("Lists the ended jobs that nothing needs, no registered model and no report; --yes deletes them")]
[JobCleaningArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Clean-Jobs --older-than=90d", "what could be deleted")]
public sealed class CleanJobsTask(JobCleaning cleaning) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => cleaning.RunAsync(context);
}
