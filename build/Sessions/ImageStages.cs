using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Cake.Core;
using Experiments.Model;
using Experiments.Plans;
using Images.Attestations;
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
        var options = new BuildOptions(
            arguments.Get(ImageBuildArguments.Rebuild),
            azure,
            plans.ReadConfiguration(context).Environment.RequireProvenance
        );
        var built = await builder.EnsureAsync(options, () => images.ReadSourceAsync(context, build));
        records.Write(built);
        if (built.Change == StageChange.Created)
            context.Say($"  record     {Path.GetRelativePath(context.Root, records.FileOf<BuiltImage>())}");
    }

    /// <summary>Decides the readable tags, and sets them where the registry has the image.</summary>
    public async Task TagAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var plan = plans.ReadPlan(context);
        if (plan.ImageBuild is not { } build)
            return;
        var records = PlanStore.Records(context, plan.Name);
        var built = records.Read<BuiltImage>();
        var (tags, reason) = await images.ReadTagsAsync(context, build);
        if (reason is not null)
            context.Say($"Tags         none of a branch, a pull request or latest: {reason}");
        records.Write(new TagsRecord(tags));
        await ImageTagger.TagAsync(registries.Open(plan), built.Digest, tags, context.Say, context.Cancellation);
    }

    /// <summary>Ensures that the registry has the image.</summary>
    public async Task PushAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var plan = plans.ReadPlan(context);
        var records = PlanStore.Records(context, plan.Name);
        var publisher = new ImagePublisher(images.Run(context), plan.Image!, ImageSession.ExpectedLabels(context, plan), () =>
            registries.Open(plan)
        );
        var pushed = plan.ImageBuild is { } build
            ? await publisher.PublishAsync(
                records.Read<BuiltImage>(),
                records.Read<TagsRecord>().Tags,
                () => images.ReadSourceAsync(context, build),
                built => records.Write(built)
            )
            : await publisher.PinAsync();
        records.Write(pushed);
        context.Say($"Pushed       {pushed.Image}: {pushed.Change.ToString().ToLowerInvariant()}");
        RunSummary.OfImage(context, pushed);
    }

    /// <summary>Checks the provenance of the image that a job is pinned to, where the environment config requires it.</summary>
    /// <exception cref="CakeException">The registry does not have the provenance or the bill of materials.</exception>
    public async Task CheckProvenanceAsync(BuildContext context, ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(plan);
        if (!plans.ReadConfiguration(context).Environment.RequireProvenance)
            return;
        var image = plan.Image!;
        var registry = registries.Open(plan);
        var manifest = await registry.FindAsync(image.Digest!, context.Cancellation)
            ?? throw new CakeException($"{image} is missing in its registry; it must be there. Push it: dotnet cake --target=Docker-Push");
        var check = new AttestationCheck(registry);
        if (await check.FindFaultAsync(manifest, plan.ImageBuild?.InputsHash, context.Cancellation) is { } fault)
        {
            throw new CakeException(
                $"REQUIRE_PROVENANCE of the environment config is true, and {image} lacks it: {fault}. "
                    + "Build it with BuildKit's attestations: dotnet cake --target=Docker-Push --rebuild"
            );
        }

        context.Say($"Provenance   {image}: SLSA and SPDX");
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
        string[] repositories = [environment.ImageRepository, BuildSource.PullRequestRepository(environment.ImageRepository)];
        foreach (var repository in repositories)
        {
            var cleaner = new ImageCleaner(images.Run(context), registries.Open(environment, repository));
            await cleaner.CleanAsync(options, () => FindUsesAsync(context, environment));
        }
    }

    private async Task<IReadOnlyList<ImageUse>> FindUsesAsync(BuildContext context, EnvironmentConfig environment)
    {
        var recorded = RecordedImages.Find(context.Root, context.ArtifactsFolder);
        var address = WorkspaceAddress.Of(environment);
        var workspace = await workspaces.FindAsync(context, address);
        // An emulator that does not run has no running job, but the models that were registered in it.
        if (workspace is null && Directory.Exists(Path.Combine(context.LocalFolder, "emulator")))
            workspace = await workspaces.OpenAsync(context, address, jobs: null);
        if (workspace is null)
            return recorded;
        return
        [
            .. recorded,
            .. await new ImagesInUse(workspace).FindAsync(context.Cancellation),
            .. await new ImagesOfModels(workspace).FindAsync(context.Cancellation),
        ];
    }
}
