using Build.CommandLine;
using Build.CommandLine.Groups;
using Experiments.Model;
using Experiments.Planning;
using Images.Cleaning;

namespace Build.Sessions.Images;

/// <summary>Deletes the tags and images of the registry that nothing needs.</summary>
public sealed class CleaningStage(
    CommandArguments arguments,
    PlanStore plans,
    ImageSession images,
    RegistrySession registries,
    WorkspaceSession workspaces,
    TimeProvider time
)
{
    /// <summary>Lists the tags and images, and deletes them with <c>--yes</c>.</summary>
    public Task CleanAsync(BuildContext context)
    {
        var environment = plans.ReadConfiguration(context).Environment;
        var options = new CleaningOptions(
            time.GetUtcNow() - arguments.Get(CleaningArguments.OlderThan),
            arguments.Get(CleaningArguments.OpenPullRequests),
            Deletes: arguments.Get(CleaningArguments.Yes)
        );
        var cleaner = new ImageCleaner(images.Run(context), registries.Open(environment));
        return cleaner.CleanAsync(options, () => FindUsesAsync(context, environment));
    }

    private async Task<IReadOnlyList<ImageUse>> FindUsesAsync(BuildContext context, EnvironmentConfig environment)
    {
        var workspace = await workspaces.FindAsync(context, Planner.Workspace(environment));
        IReadOnlyList<ImageUse> jobs = workspace is null ? [] : await new ImagesInUse(workspace).FindAsync(context.Cancellation);
        return [.. RecordedImages.Find(context.Root, context.ArtifactsFolder), .. jobs];
    }
}
