using Build.CommandLine;
using Build.Sessions.Images;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Ensures that the registry has the image, and records the digest that the job is pinned to.</summary>
[TaskName("Docker-Push")]
[TaskDescription("Pushes the image unless the registry has it, and verifies that what arrived is what was built")]
[IsDependentOn(typeof(DockerTagTask))]
[TaskExample("--target=Docker-Push --exp-config=exp_configs/pothole.json", "the image of an experiment, in its registry")]
public sealed class DockerPushTask(ImageSession images, ImageStages stages) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageSession.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => images.IsNeeded(context);

    public override Task RunAsync(BuildContext context) => stages.PushAsync(context);
}
