using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Cake.Core;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans;
using Experiments.Plans.Images;
using Experiments.Plans.Passports;
using Images;
using Images.Building;
using Images.Inputs;
using Images.Tagging;

namespace Build.Sessions;

/// <summary>Provides the stages of the image with the context, the arguments and the sources of a run.</summary>
public sealed class ImageSession(CommandArguments arguments, GitRepository git, TimeProvider time)
{
    /// <summary>Creates what the image's stages need of a run.</summary>
    public ImageRun Run(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(
            context,
            context.Root,
            context.LocalFolder,
            context.Say,
            context.Warn,
            context.Environment.GetEnvironmentVariable,
            time,
            context.Cancellation
        )
        {
            ReadExecutables = () => ReadExecutablesAsync(context),
        };
    }

    /// <summary>Reads every input of the image.</summary>
    /// <exception cref="ConfigException">The Dockerfile is missing.</exception>
    /// <exception cref="CakeException">A <c>--build-arg</c> or the ignore file is faulty.</exception>
    public async Task<ImageInputs> ReadInputsAsync(BuildContext context, EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(environment);
        return ImageSources.Read(
            context.Root,
            environment.ImageDockerfile,
            arguments.Get(PlanningArguments.BuildArgument),
            await ReadExecutablesAsync(context)
        );
    }

    /// <summary>Decides the repository of this project's image.</summary>
    public string ReadRepository(BuildContext context, EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(environment);
        return arguments.Get(PlanningArguments.ImageRepository)
            ?? BuildSource
                .Read(context.Root, context.Environment.GetEnvironmentVariable, branch: null, commit: null)
                .RepositoryIn(environment.ImageRepository);
    }

    /// <summary>Returns the labels that the image of a plan must have; empty for an image that is used unchanged.</summary>
    public static IReadOnlyDictionary<string, string> ExpectedLabels(BuildContext context, ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(plan);
        return plan.ImageBuild is { } build
            ? ImageLabels.Expected(build, ImageSources.ReadBaseDigest(context.Root, build))
            : new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>Reads pull request, branch and commit, from the platform and git, and compares what is built with the commit.</summary>
    /// <param name="context">The run.</param>
    /// <param name="build">The image in the plan.</param>
    public async Task<BuildSource> ReadSourceAsync(BuildContext context, ImageBuildPlan build)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(build);
        var state = await git.ReadAsync(context);
        var source = BuildSource.Read(context.Root, context.Environment.GetEnvironmentVariable, state?.Branch, state?.Commit);
        return source.NoTagsReason is null ? source with { NoTagsReason = await FindDoubtAsync(context, build, state) } : source;
    }

    /// <summary>Decides the readable tags of the image.</summary>
    /// <returns>The tags, and the reason why some are left out; null without one.</returns>
    /// <exception cref="CakeException"><c>--version-tag</c> cannot be a tag, or has another meaning as a tag.</exception>
    public async Task<(IReadOnlyList<string> Tags, string? Reason)> ReadTagsAsync(BuildContext context, ImageBuildPlan build)
    {
        var source = await ReadSourceAsync(context, build);
        // git's tag of a commit stays true when its branch has a newer one.
        var version = await ImageVersion.DecideAsync(arguments.Get(TagArguments.VersionTag), source, () => git.DescribeAsync(context));
        source = await CompareWithHeadAsync(context, source);
        return (ImageTags.For(source, version, arguments.Get(TagArguments.TagLatest)), source.NoTagsReason);
    }

    // Runs of main are not held up by each other, so an older one may end last.
    private async Task<BuildSource> CompareWithHeadAsync(BuildContext context, BuildSource source)
    {
        if (!source.IsMain || !source.IsOfPlatform || source.NoTagsReason is not null)
            return source;
        var head = await git.FindHeadAsync(context, BuildSource.MainBranch);
        if (head == source.Commit)
            return source;
        return source with
        {
            NoTagsReason = head is null
                ? "origin does not tell which commit is the head of main: a private repository needs GITHUB_TOKEN or SYSTEM_ACCESSTOKEN in "
                    + "the environment of the step"
                : $"main is at {head}, whose build sets them",
        };
    }

    // Whatever is not known to be exactly the tree of a commit gets no tag that speaks of a commit.
    private async Task<string?> FindDoubtAsync(BuildContext context, ImageBuildPlan build, GitState? state)
    {
        if (state is null)
            return await git.FindFaultAsync(context) ?? "git does not say whether files are changed";
        if (state.IsDirty)
            return "the working tree has changes that are not committed";
        if (await git.ListCommitAsync(context) is not { } listing)
            return "git does not list the files of the commit";
        var inputs = ImageSources.Read(context.Root, build, await ReadExecutablesAsync(context));
        return CommitTree.Parse(listing).FindDifference(context.Root, inputs);
    }

    private async Task<IReadOnlyDictionary<string, bool>?> ReadExecutablesAsync(BuildContext context) =>
        await git.ListIndexAsync(context) is { } listing ? CommitTree.Parse(listing).Executables() : null;
}
