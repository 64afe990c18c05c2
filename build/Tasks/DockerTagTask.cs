using Build.Docker;
using Build.Stages;
using Cake.Frosting;
using Images.Building;
using Images.Tagging;

namespace Build.Tasks;

/// <summary>Decides the readable tags and sets them on an image in the registry. Docker-Push sets those of a new image.</summary>
[TaskName("Docker-Tag")]
[TaskDescription("Gives the image its readable tags: version, pr-NUMBER, branch, and latest on main")]
[IsDependentOn(typeof(DockerBuildTask))]
[TaskArgument("version-tag", "TAG", "a version; default git's tag on this commit, if it has one")]
[TaskArgument("tag-latest", "", "the tag latest on any branch, not only on main")]
public sealed class DockerTagTask(RegistrySession session) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context);

    public override async Task RunAsync(BuildContext context)
    {
        var plan = context.ReadPlan();
        if (plan.Image.Build is null)
            return;
        var records = context.Records(plan.Name);
        var built = records.Read<BuiltImage>(BuiltImage.Stage, "Docker-Build");
        var tags = await context.ReadTagsAsync();
        records.Write(TagsRecord.Stage, new TagsRecord(tags));
        await ImageTagger.TagAsync(session.Open(plan), built.Digest, tags, context.Say, context.Cancellation);
    }
}
