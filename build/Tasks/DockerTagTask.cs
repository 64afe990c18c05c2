using Build.Docker;
using Build.Stages;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Decides the tags a person reads, and gives them to an image that is in the registry. One that is not gets them after its push.</summary>
[TaskName("Docker-Tag")]
[TaskDescription("Gives the image its readable tags: version, pr-NUMBER, branch, and latest on main")]
[IsDependentOn(typeof(DockerBuildTask))]
[TaskArgument("version-tag", "TAG", "a version; default git's tag on this commit, where there is one")]
[TaskArgument("tag-latest", "", "the tag latest also elsewhere than on main")]
public sealed class DockerTagTask(RegistrySession session) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context);

    public override async Task RunAsync(BuildContext context)
    {
        var plan = context.ReadPlan();
        if (plan.ImageBuild is null)
            return;
        var records = context.Records(plan.Name);
        var built = records.Read<BuiltImage>();
        var tags = await context.ReadTagsAsync();
        records.Write(new ImageTags(tags));
        var named = tags.Count == 0 ? "no readable tags" : string.Join(", ", tags);
        if (built.Digest is null)
        {
            context.Say($"Tags         {named}: after the push");
            return;
        }

        // Without the wish for tags the image still has to be there for the job: Docker-Push looks.
        var registry = session.Open(plan);
        if (tags.Count == 0 || await registry.FindAsync(built.Digest, context.Cancellation) is not { } manifest)
        {
            context.Say($"Tags         {named}");
            return;
        }

        var set = await ImageTagger.SetAsync(registry, manifest, tags, context.Cancellation);
        context.Say($"Tags         {named}: {(set.Count == 0 ? "unchanged" : $"{string.Join(", ", set)} set")}");
    }
}
