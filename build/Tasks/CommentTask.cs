using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using Build.Sessions.PullRequests;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Puts the report on the pull request.</summary>
[TaskName("Comment")]
[TaskDescription("Puts the short report on the pull request, as one comment that is edited in place, and sets the status of the commit")]
[VerdictArguments]
[PullRequestArguments]
[TaskExample("--target=Comment --fail-on=worse:eval_mAP", "the verdict, with a status that fails when the model is worse")]
public sealed class CommentTask(VerdictComment comment) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => comment.PublishAsync(context);
}
