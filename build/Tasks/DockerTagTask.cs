using Build.CommandLine.Groups;
using Build.Sessions;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Decides the readable tags and sets them on an image in the registry. Docker-Push sets those of a new image.</summary>
[TaskName("Docker-Tag")]
[TaskDescription("Gives the image its readable tags: version, pr-NUMBER, branch, and latest on main")]
[IsDependentOn(typeof(DockerBuildTask))]
[TagArguments]
public sealed class DockerTagTask(PlanStore plans, ImageStages images) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context, plans);

    public override Task RunAsync(BuildContext context) => images.TagAsync(context);
}
