using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using Build.Sessions.PullRequests;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Decides whether the event of a pull request may start a training run.</summary>
[TaskName("Authorize")]
[TaskDescription("Decides from requester, code and request whether a pull request may train; in a pipeline")]
[GateArguments]
[PullRequestArguments]
[TaskExample("--target=Authorize", "the decision and its reason, artifacts/launch.json, and the outputs of the step")]
public sealed class AuthorizeTask(Authorization authorization) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => authorization.DecideAsync(context);
}
