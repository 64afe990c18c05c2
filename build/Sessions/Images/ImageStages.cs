using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Experiments.Plans;
using Experiments.Records;
using Images.Building;
using Images.Pushing;
using Images.Tagging;
using Workspaces.Connection;

namespace Build.Sessions.Images;

/// <summary>Builds, tags and pushes the image of a plan, and writes the record of each stage.</summary>
public sealed class ImageStages(CommandArguments arguments, PlanStore plans, ImageSession images, RegistrySession registries)
{
    /// <summary>Ensures that the image exists, in the registry or on this machine.</summary>
    public async Task BuildAsync(BuildContext context)
    {
        var (plan, records) = Read(context);
        if (plan.Image.Build is null)
        {
            context.Report("Image", $"{plan.Image.Reference}: used unchanged");
            return;
        }

        var azure = arguments.Get(ImageBuildArguments.CloudBuild) ? registries.Azure(plan.Workspace) : null;
        var options = new BuildOptions(arguments.Get(ImageBuildArguments.Rebuild), azure);
        var builder = new ImageBuilder(images.Run(context), plan.Image, registries.Open(plan));
        var built = await builder.EnsureAsync(options, () => images.ReadSourceAsync(context));
        records.Write(BuiltImage.Stage, built);
        if (built.Change == StageChange.Created)
            context.ReportDetail("record", Path.GetRelativePath(context.Root, records.FileOf(BuiltImage.Stage)));
    }

    /// <summary>Decides the readable tags, and sets them if the registry has the image.</summary>
    public async Task TagAsync(BuildContext context)
    {
        var (plan, records) = Read(context);
        if (plan.Image.Build is null)
            return;
        var built = records.Read<BuiltImage>(BuiltImage.Stage, "Docker-Build");
        var tags = await images.ReadTagsAsync(context);
        records.Write(TagsRecord.Stage, new TagsRecord(tags));
        await ImageTagger.TagAsync(registries.Open(plan), built.Digest, tags, context.Say, context.Cancellation);
    }

    /// <summary>Ensures that the registry has the image, and records its digest.</summary>
    public async Task PushAsync(BuildContext context)
    {
        var (plan, records) = Read(context);
        var publisher = new ImagePublisher(images.Run(context), plan.Image, () => registries.Open(plan));
        var pushed = plan.Image.Build is null ? await publisher.PinAsync() : await PublishAsync(context, publisher, records);
        records.Write(PushedImage.Stage, pushed);
        context.Report("Pushed", $"{pushed.Image}: {pushed.Change.ToString().ToLowerInvariant()}");
    }

    private (ExperimentPlan Plan, StageRecords Records) Read(BuildContext context)
    {
        var plan = plans.ReadPlan(context);
        return (plan, PlanStore.Records(context, plan.Name));
    }

    private Task<PushedImage> PublishAsync(BuildContext context, ImagePublisher publisher, StageRecords records) =>
        publisher.PublishAsync(
            records.Read<BuiltImage>(BuiltImage.Stage, "Docker-Build"),
            records.Read<TagsRecord>(TagsRecord.Stage, "Docker-Tag").Tags,
            () => images.ReadSourceAsync(context),
            built => records.Write(BuiltImage.Stage, built)
        );
}
