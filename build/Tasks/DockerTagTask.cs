using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Docker;
using Build.LocalRuntime;
using Build.Sessions;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>
/// Decides the tags a person reads, and gives them to an image that is in the registry. One that is not gets them after its push.
/// </summary>
[TaskName("Docker-Tag")]
[TaskDescription("Gives the image its readable tags: version, pr-NUMBER, branch, and latest on main")]
[IsDependentOn(typeof(DockerBuildTask))]
[TagArguments]
public sealed class DockerTagTask(RegistrySession session, PlanStore plans, CommandArguments arguments, GitRepository git)
    : AsyncFrostingTask<BuildContext>,
        IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context, plans);

    public override async Task RunAsync(BuildContext context)
    {
        var plan = plans.ReadPlan(context);
        if (plan.Image.Build is null)
            return;
        var records = PlanStore.Records(context, plan.Name);
        var built = records.Read<BuiltImage>(BuiltImage.Stage, "Docker-Build");
        var tags = await context.ReadTagsAsync(arguments, git);
        records.Write(ImageTags.Stage, new ImageTags(tags));
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
