using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Cake.Core;
using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;
using Images;
using Images.Inputs;
using Images.Tagging;

namespace Build.Sessions.Images;

/// <summary>Provides the image's stages with the context and the arguments of a run.</summary>
public sealed class ImageSession(CommandArguments arguments, PlanStore plans, GitRepository repository, TimeProvider time)
{
    /// <summary>The reason why a target about images is skipped.</summary>
    public const string SkippedMessage =
        "jobs run as processes of this machine, which need no image (Plan gives the reason; --runtime=docker overrides it)";

    /// <summary>Returns whether the plan runs its job in an image.</summary>
    /// <remarks>A dry run calls it before a plan exists; the targets might run then.</remarks>
    public bool IsNeeded(BuildContext context) => !plans.HasPlan(context) || plans.ReadPlan(context).Runtime.UsesImages;

    /// <summary>Creates what the image's stages need of a run.</summary>
    public ImageRun Run(BuildContext context) =>
        new(
            context,
            context.Root,
            context.LocalFolder,
            context.Say,
            context.Warn,
            context.Environment.GetEnvironmentVariable,
            time,
            context.Cancellation
        );

    /// <summary>Reads every input of the image.</summary>
    /// <exception cref="ConfigException">The Dockerfile is missing.</exception>
    /// <exception cref="CakeException">A <c>--build-arg</c> or the ignore file is faulty.</exception>
    public ImageInputs ReadInputs(BuildContext context, EnvironmentConfig environment) =>
        ImageSources.Read(context.Root, environment.ImageDockerfile, arguments.Get(PlanningArguments.BuildArgument));

    /// <summary>Reads pull request, branch and commit.</summary>
    public async Task<BuildSource> ReadSourceAsync(BuildContext context) => ReadSource(context, await repository.ReadAsync(context));

    /// <summary>Decides the readable tags of the image.</summary>
    /// <exception cref="CakeException"><c>--version-tag</c> cannot be a tag, or has another meaning as a tag.</exception>
    public async Task<IReadOnlyList<string>> ReadTagsAsync(BuildContext context)
    {
        var git = await repository.ReadAsync(context);
        var source = ReadSource(context, git);
        var requested = arguments.Get(TagArguments.VersionTag);
        var version = await ImageVersion.DecideAsync(requested, isClean: git is { IsDirty: false }, source, () =>
            repository.DescribeAsync(context)
        );
        return ImageTags.For(source, git?.IsDirty ?? false, version, arguments.Get(TagArguments.TagLatest));
    }

    private static BuildSource ReadSource(BuildContext context, GitFacts? git) =>
        BuildSource.Read(context.Root, context.Environment.GetEnvironmentVariable, git?.Branch, git?.Commit);
}
