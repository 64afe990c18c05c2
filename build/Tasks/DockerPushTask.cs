using Build.Docker;
using Build.Stages;
using Cake.Core;
using Cake.Frosting;
using Experiments.Plans;
using Experiments.Records;
using Images.Registry;
using Workspaces.Connection;

namespace Build.Tasks;

/// <summary>Sees that the image is in the registry whole, and records the digest that the job is pinned to.</summary>
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
        var pushed = plan.ImageBuild is null ? await PinAsync(context, plan) : await PushAsync(context, plan, records);
        records.Write(pushed);
        context.Say($"Pushed       {pushed.Image}: {pushed.Change.ToString().ToLowerInvariant()}");
    }

    private async Task<PushedImage> PushAsync(BuildContext context, ExperimentPlan plan, StageRecords records)
    {
        var built = records.Read<BuiltImage>();
        if (built.Reference != plan.Image!.ToString())
            throw new CakeException(
                $"{BuiltImage.Stage}.json is about {built.Reference}; it must be about {plan.Image}. Build it: dotnet cake --target=Docker-Build"
            );
        var tags = records.Read<ImageTags>().Tags;
        if (built.ImageId is null && built.Change == StageChange.Unchanged)
            return Record(plan, built.Digest!, tags, StageChange.Unchanged);

        var registry = session.Open(plan);
        ImageManifest manifest;
        if (built.ImageId is { } imageId)
        {
            using var docker = await DockerClient.FindAsync(context, registry);
            if (await docker.FindIdAsync(built.Reference) != imageId)
                throw new CakeException(
                    $"The engine's {built.Reference} is not the image that was built ({imageId}); it must be. Build it again: dotnet cake --target=Docker-Push --rebuild"
                );
            manifest = await new ImagePusher(docker, registry, time, context.Say, context.Warn).PushAsync(
                built.Reference,
                plan.Image.Tag!,
                imageId,
                context.Cancellation
            );
        }
        else
        {
            manifest = await registry.FindAsync(built.Digest!, context.Cancellation)
                ?? throw new CakeException(
                    $"{plan.Image.Repository}@{built.Digest} is not in the registry; Azure said it had pushed it. Build it again: dotnet cake --target=Docker-Push --cloud-build --rebuild"
                );
        }

        // From now on the next run finds it; only then do tags that people rely on move.
        records.Write(built with { Digest = manifest.Digest, Change = StageChange.Unchanged, ImageId = null });
        var cache = built.HasWholeCache ? ReadableTags.CacheOf(context.ReadFacts(await GitRepository.ReadAsync(context))) : null;
        var set = await ImageTagger.SetAsync(registry, manifest, cache is null ? tags : [.. tags, cache], context.Cancellation);
        if (set.Count > 0)
            context.Say($"Tags         {string.Join(", ", set)}: set");
        return Record(plan, manifest.Digest, tags, StageChange.Created);
    }

    /// <summary>An image of another repository: nothing is pushed, and its digest is what the job gets.</summary>
    private async Task<PushedImage> PinAsync(BuildContext context, ExperimentPlan plan)
    {
        var digest = plan.Image!.Digest
            ?? await session.Open(plan).FindDigestAsync(plan.Image.Tag ?? "latest", context.Cancellation)
            ?? throw new CakeException($"{plan.Image} is not in its registry; DOCKER_IMAGE must name an image that is there.");
        return Record(plan, digest, [], StageChange.Unchanged);
    }

    private static PushedImage Record(ExperimentPlan plan, string digest, IReadOnlyList<string> tags, StageChange change) =>
        new(
            plan.Image!.Pinned(digest).ToString(),
            plan.Image.Repository,
            digest,
            [.. new[] { plan.Image.Tag }.OfType<string>(), .. tags],
            change
        );
}
