using Build.CommandLine;
using Build.Sessions;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Ensures that the registry has the image, and records the digest that the job is pinned to.</summary>
[TaskName("Docker-Push")]
[TaskDescription("Pushes the image unless the registry has it, and verifies that it is the image that was built")]
[IsDependentOn(typeof(DockerTagTask))]
[TaskExample("--target=Docker-Push --exp-config=exp_configs/pothole.json", "the image of an experiment, in its registry")]
public sealed class DockerPushTask(PlanStore plans, ImageStages images) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context, plans);

    public override Task RunAsync(BuildContext context) => images.PushAsync(context);
}
