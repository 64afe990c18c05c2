using Build.CommandLine.Groups;
using Build.Sessions.Images;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Decides the readable tags and sets them on an image in the registry. Docker-Push sets those of a new image.</summary>
[TaskName("Docker-Tag")]
[TaskDescription("Gives the image its readable tags: version, pr-NUMBER, branch, and latest on main")]
[IsDependentOn(typeof(DockerBuildTask))]
[TagArguments]
public sealed class DockerTagTask(ImageSession images, ImageStages stages) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageSession.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => images.IsNeeded(context);

    public override Task RunAsync(BuildContext context) => stages.TagAsync(context);
}
