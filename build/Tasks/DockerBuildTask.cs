using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Docker;
using Build.LocalRuntime;
using Build.Sessions;
using Cake.Frosting;
using Images.Registry;
using Workspaces.Errors;

namespace Build.Tasks;

/// <summary>Sees that this commit's image is there: in the registry, or built now.</summary>
[TaskName("Docker-Build")]
[TaskDescription("Builds the training image unless the registry has it, and says which input made it necessary")]
[IsDependentOn(typeof(PlanExperimentTask))]
[ImageBuildArguments]
[TaskExample("--target=Docker-Build --exp-config=exp_configs/pothole.json", "the image of an experiment, built and not pushed")]
public sealed class DockerBuildTask(
    RegistrySession session,
    PlanStore plans,
    CommandArguments arguments,
    GitRepository git,
    TimeProvider time
) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context, plans);

    public override async Task RunAsync(BuildContext context)
    {
        var plan = plans.ReadPlan(context);
        var records = PlanStore.Records(context, plan.Name);
        if (plan.Image.Build is null)
        {
            context.Say($"Image        {plan.Image.Reference}: used as it is");
            return;
        }

        var registry = session.Open(plan);
        if (!arguments.Get(ImageBuildArguments.Rebuild) && await FindAsync(context, registry, plan.Image.Tag!) is { } digest)
        {
            records.Write(BuiltImage.Stage, BuiltImage.Found(plan.Image.Reference, digest));
            context.Say($"Image        {plan.Image.Reference}: unchanged ({digest})");
            return;
        }

        var facts = context.ReadFacts(await git.ReadAsync(context));
        records.Write(BuiltImage.Stage, await new ImageBuilder(context, arguments, plan, session, time).BuildAsync(facts));
        context.Say($"  record     {Path.GetRelativePath(context.Root, records.FileOf(BuiltImage.Stage))}");
    }

    // Who may not ask may still build: a pull request from a fork has no right to the registry.
    private static async Task<string?> FindAsync(BuildContext context, ImageRegistry registry, string tag)
    {
        try
        {
            return await registry.FindDigestAsync(tag, context.Cancellation);
        }
        catch (WorkspaceException exception)
        {
            context.Warn($"Whether the image is there could not be asked, so it is built: {exception.Message}");
            return null;
        }
    }
}
