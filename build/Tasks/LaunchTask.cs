using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.CommandLine.Groups.Pipelines;
using Build.Sessions.PullRequests;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Carries out the decision of Authorize.</summary>
[TaskName("Launch")]
[TaskDescription("Carries out artifacts/launch.json: trains the approved commit, or cancels or lists the jobs of the pull request")]
[LaunchArguments]
[BudgetArguments]
[PriceArguments]
[PullRequestArguments]
[SignInArguments]
[TaskExample("--target=Launch --max-price=20 --wait=false", "the decision of Authorize, for at most 20 of the service's currency")]
public sealed class LaunchTask(Launch launch) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => launch.RunAsync(context);
}
