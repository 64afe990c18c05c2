using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Sessions.Images;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Ensures that this commit's image exists: in the registry, or built now.</summary>
[TaskName("Docker-Build")]
[TaskDescription("Builds the training image unless the registry has it, and names the inputs that changed")]
[IsDependentOn(typeof(PlanExperimentTask))]
[ImageBuildArguments]
[TaskExample("--target=Docker-Build --exp-config=exp_configs/pothole.json", "the image of an experiment, built and not pushed")]
public sealed class DockerBuildTask(ImageSession images, ImageStages stages) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageSession.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => images.IsNeeded(context);

    public override Task RunAsync(BuildContext context) => stages.BuildAsync(context);
}
