using Build.Docker;
using Build.Stages;
using Cake.Frosting;
using Images.Building;
using Workspaces.Connection;

namespace Build.Tasks;

/// <summary>Ensures that this commit's image exists: in the registry, or built now.</summary>
[TaskName("Docker-Build")]
[TaskDescription("Builds the training image unless the registry has it, and names the inputs that changed")]
[IsDependentOn(typeof(PlanExperimentTask))]
[TaskArgument("rebuild", "", "builds without any cache, also when the registry has the image")]
[TaskArgument("cloud-build", "", "lets Azure build (ACR Tasks), for machines without Docker")]
[TaskExample("--target=Docker-Build --exp-config=exp_configs/pothole.json", "the image of an experiment, built and not pushed")]
public sealed class DockerBuildTask(RegistrySession session, TimeProvider time) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context);

    public override async Task RunAsync(BuildContext context)
    {
        var (plan, records) = (context.ReadPlan(), context.Records(context.ReadPlan().Name));
        if (plan.Image.Build is null)
        {
            context.Say($"Image        {plan.Image.Reference}: used unchanged");
            return;
        }

        var azure = context.Switch("cloud-build") ? session.Azure(plan.Workspace) : null;
        var builder = new ImageBuilder(context.ImageRun(time), plan.Image, session.Open(plan));
        var built = await builder.EnsureAsync(new BuildOptions(context.Switch("rebuild"), azure), context.ReadSourceAsync);
        records.Write(BuiltImage.Stage, built);
        if (built.Change == StageChange.Created)
            context.Say($"  record     {Path.GetRelativePath(context.Root, records.FileOf(BuiltImage.Stage))}");
    }
}
