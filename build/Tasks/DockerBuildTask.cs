using Build.Docker;
using Build.Stages;
using Cake.Frosting;
using Images.Registry;
using Workspaces.Errors;

namespace Build.Tasks;

/// <summary>Sees that this commit's image is there: in the registry, or built now.</summary>
[TaskName("Docker-Build")]
[TaskDescription("Builds the training image unless the registry has it, and says which input made it necessary")]
[IsDependentOn(typeof(PlanExperimentTask))]
[TaskArgument("rebuild", "", "builds although the registry has it, without any cache")]
[TaskArgument("cloud-build", "", "lets Azure build (ACR Tasks), for machines without Docker")]
[TaskExample("--target=Docker-Build --exp-config=exp_configs/pothole.json", "the image of an experiment, built and not pushed")]
public sealed class DockerBuildTask(RegistrySession session, TimeProvider time) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context);

    public override async Task RunAsync(BuildContext context)
    {
        var plan = context.ReadPlan();
        var records = context.Records(plan.Name);
        if (plan.ImageBuild is null)
        {
            context.Say($"Image        {plan.Image}: used as it is");
            return;
        }

        var registry = session.Open(plan);
        if (!context.Switch("rebuild") && await FindAsync(context, registry, plan.ImageBuild.Tag) is { } digest)
        {
            records.Write(BuiltImage.Found(plan.Image!.ToString(), digest));
            context.Say($"Image        {plan.Image}: unchanged ({digest})");
            return;
        }

        var facts = context.ReadFacts(await GitRepository.ReadAsync(context));
        records.Write(await new ImageBuilder(context, plan, session, time).BuildAsync(facts));
        context.Say($"  record     {Path.GetRelativePath(context.Root, records.FileOf<BuiltImage>())}");
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
