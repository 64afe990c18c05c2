using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Experiments.Plans;
using Images.Building;
using Images.Cleaning;
using Images.Pushing;
using Images.Tagging;
using Workspaces.Connection;

namespace Build.Sessions;

/// <summary>Runs the stages of the image and keeps their records: build, tags, push, and cleaning the registry.</summary>
public sealed class ImageStages(
    CommandArguments arguments,
    PlanStore plans,
    ImageSession images,
    RegistrySession registries,
    WorkspaceSession workspaces,
    TimeProvider time
)
{
    /// <summary>Ensures that the image of the plan exists, in the registry or built now.</summary>
    public async Task BuildAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var plan = plans.ReadPlan(context);
        if (plan.ImageBuild is not { } build)
        {
            context.Say($"Image        {plan.Image}: used unchanged");
            return;
        }

        var records = PlanStore.Records(context, plan.Name);
        var azure = arguments.Get(ImageBuildArguments.CloudBuild) ? registries.Azure(plan.Workspace) : null;
        var builder = new ImageBuilder(images.Run(context), plan.Image!, build, registries.Open(plan));
        var built = await builder.EnsureAsync(new BuildOptions(arguments.Get(ImageBuildArguments.Rebuild), azure), () =>
            images.ReadSourceAsync(context)
        );
        records.Write(built);
        if (built.Change == StageChange.Created)
            context.Say($"  record     {Path.GetRelativePath(context.Root, records.FileOf<BuiltImage>())}");
    }

    /// <summary>Decides the readable tags, and sets them where the registry has the image.</summary>
    public async Task TagAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var plan = plans.ReadPlan(context);
        if (plan.ImageBuild is null)
            return;
        var records = PlanStore.Records(context, plan.Name);
        var built = records.Read<BuiltImage>();
        var tags = await images.ReadTagsAsync(context);
        records.Write(new TagsRecord(tags));
        await ImageTagger.TagAsync(registries.Open(plan), built.Digest, tags, context.Say, context.Cancellation);
    }

    /// <summary>Ensures that the registry has the image.</summary>
    public async Task PushAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var plan = plans.ReadPlan(context);
        var records = PlanStore.Records(context, plan.Name);
        var publisher = new ImagePublisher(images.Run(context), plan.Image!, () => registries.Open(plan));
        var pushed = plan.ImageBuild is null
            ? await publisher.PinAsync()
            : await publisher.PublishAsync(
                records.Read<BuiltImage>(),
                records.Read<TagsRecord>().Tags,
                () => images.ReadSourceAsync(context),
                built => records.Write(built)
            );
        records.Write(pushed);
        context.Say($"Pushed       {pushed.Image}: {pushed.Change.ToString().ToLowerInvariant()}");
        RunSummary.OfImage(context, pushed);
    }

    /// <summary>Lists the tags and images that nothing needs, and deletes them with <c>--yes</c>.</summary>
    public async Task CleanAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var environment = plans.ReadConfiguration(context).Environment;
        var options = new CleaningOptions(
            time.GetUtcNow() - arguments.Get(CleaningArguments.OlderThan),
            arguments.Get(CleaningArguments.OpenPullRequests),
            Deletes: arguments.Get(CleaningArguments.Yes)
        );
        var cleaner = new ImageCleaner(images.Run(context), registries.Open(environment));
        await cleaner.CleanAsync(options, async () =>
        {
            var workspace = await workspaces.FindAsync(context, WorkspaceAddress.Of(environment));
            IReadOnlyList<ImageUse> jobs = workspace is null ? [] : await new ImagesInUse(workspace).FindAsync(context.Cancellation);
            return [.. RecordedImages.Find(context.Root, context.ArtifactsFolder), .. jobs];
        });
    }
}
