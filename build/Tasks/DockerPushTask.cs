using Build.Docker;
using Build.Stages;
using Cake.Frosting;
using Experiments.Records;
using Images.Building;
using Images.Pushing;
using Images.Tagging;

namespace Build.Tasks;

/// <summary>Ensures that the registry has the image, and records the digest that the job is pinned to.</summary>
[TaskName("Docker-Push")]
[TaskDescription("Pushes the image unless the registry has it, and verifies that what arrived is what was built")]
[IsDependentOn(typeof(DockerTagTask))]
[TaskExample("--target=Docker-Push --exp-config=exp_configs/pothole.json", "the image of an experiment, in its registry")]
public sealed class DockerPushTask(RegistrySession session, TimeProvider time) : AsyncFrostingTask<BuildContext>, IFrostingTask
{
    public string SkippedMessage => ImageTarget.SkippedMessage;

    public override bool ShouldRun(BuildContext context) => ImageTarget.ShouldRun(context);

    public override async Task RunAsync(BuildContext context)
    {
        var plan = context.ReadPlan();
        var records = context.Records(plan.Name);
        var publisher = new ImagePublisher(context.ImageRun(time), plan.Image, () => session.Open(plan));
        var pushed = plan.Image.Build is null ? await publisher.PinAsync() : await PublishAsync(context, publisher, records);
        records.Write(PushedImage.Stage, pushed);
        context.Say($"Pushed       {pushed.Image}: {pushed.Change.ToString().ToLowerInvariant()}");
    }

    private static Task<PushedImage> PublishAsync(BuildContext context, ImagePublisher publisher, StageRecords records) =>
        publisher.PublishAsync(
            records.Read<BuiltImage>(BuiltImage.Stage, "Docker-Build"),
            records.Read<TagsRecord>(TagsRecord.Stage, "Docker-Tag").Tags,
            context.ReadSourceAsync,
            built => records.Write(BuiltImage.Stage, built)
        );
}
