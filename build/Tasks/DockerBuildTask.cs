using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Sessions;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Ensures that this commit's image exists: in the registry, or built now.</summary>
[TaskName("Docker-Build")]
[TaskDescription("Builds the training image unless the registry has it, and names the inputs that changed")]
[IsDependentOn(typeof(PlanExperimentTask))]
[ImageBuildArguments]
[TaskExample("--target=Docker-Build --exp-config=exp_configs/pothole.json", "the image of an experiment, built and not pushed")]
public sealed class DockerBuildTask(PlanStore plans, ImageStages images) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context, plans);

    public override Task RunAsync(BuildContext context) => images.BuildAsync(context);
}
