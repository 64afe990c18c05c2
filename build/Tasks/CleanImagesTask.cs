using Build.Docker;
using Build.Stages;
using Cake.Common;
using Cake.Frosting;
using Experiments.Planning;
using Images.Cleaning;

namespace Build.Tasks;

/// <summary>Lists, and deletes on request, the tags and images of the registry that nothing needs.</summary>
[TaskName("Clean-Images")]
[TaskDescription("Lists the image tags that nothing needs: closed pull requests, old content; --yes deletes them")]
[TaskArgument("exp-config", "FILE", "whose environment config names the registry; default exp_configs/demo.json")]
[TaskArgument("set", "KEY=VALUE", "overrides one value of it; repeatable")]
[TaskArgument("set-variable", "NAME", "an environment variable with such overrides, one per line")]
[TaskArgument("older-than", "AGE", "the age from which unused content is deleted: 12h, 30d (default), 2w")]
[TaskArgument("open-pull-requests", "N,N", "the open pull requests, or none; without it the tags of all pull requests are kept")]
[TaskArgument("yes", "", "deletes; without it nothing is changed")]
[TaskArgument("credential", "NAME", "how to sign in to Azure; default the first way that is configured, see docs/identity.md")]
[TaskExample("--target=Clean-Images --exp-config=exp_configs/pothole.json", "what could be deleted")]
public sealed class CleanImagesTask(RegistrySession registries, WorkspaceSession workspaces, TimeProvider time)
    : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var environment = context.ReadConfiguration().Environment;
        var options = new CleaningOptions(
            time.GetUtcNow() - Age.Parse("older-than", context.Argument("older-than", "30d")),
            PullRequestNumbers.Parse(context.Argument<string?>("open-pull-requests", null)),
            Deletes: context.Switch("yes")
        );
        var cleaner = new ImageCleaner(context.ImageRun(time), registries.Open(environment));
        await cleaner.CleanAsync(options, async () =>
        {
            var workspace = await workspaces.FindAsync(context, Planner.Workspace(environment));
            IReadOnlyList<ImageUse> jobs = workspace is null ? [] : await new ImagesInUse(workspace).FindAsync(context.Cancellation);
            return [.. RecordedImages.Find(context.Root, context.ArtifactsFolder), .. jobs];
        });
    }
}
