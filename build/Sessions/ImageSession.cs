using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Cake.Core;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans.Passports;
using Images;
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
        );
    }

    /// <summary>Reads every input of the image.</summary>
    /// <exception cref="ConfigException">The Dockerfile is missing.</exception>
    /// <exception cref="CakeException">A <c>--build-arg</c> or the ignore file is faulty.</exception>
    public ImageInputs ReadInputs(BuildContext context, EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(environment);
        return ImageSources.Read(context.Root, environment.ImageDockerfile, arguments.Get(PlanningArguments.BuildArgument));
    }

    /// <summary>Reads pull request, branch and commit, from the platform and git.</summary>
    public async Task<BuildSource> ReadSourceAsync(BuildContext context) => Read(context, await git.ReadAsync(context));

    /// <summary>Decides the readable tags of the image.</summary>
    /// <exception cref="CakeException"><c>--version-tag</c> cannot be a tag, or has another meaning as a tag.</exception>
    public async Task<IReadOnlyList<string>> ReadTagsAsync(BuildContext context)
    {
        var state = await git.ReadAsync(context);
        var source = await CompareWithHeadAsync(context, Read(context, state));
        var version = await ImageVersion.DecideAsync(
            arguments.Get(TagArguments.VersionTag),
            isClean: state is { IsDirty: false },
            source,
            () => git.DescribeAsync(context)
        );
        return ImageTags.For(source, state?.IsDirty ?? false, version, arguments.Get(TagArguments.TagLatest));
    }

    // Runs of main are not held up by each other, so an older one may end last.
    private async Task<BuildSource> CompareWithHeadAsync(BuildContext context, BuildSource source)
    {
        if (!source.IsMain || !source.IsOfPlatform)
            return source;
        var head = await git.FindHeadAsync(context, BuildSource.MainBranch);
        if (head == source.Commit)
            return source;
        if (head is null)
        {
            context.Warn(
                "origin does not tell which commit is the head of main; the tags main and latest stay where they are. "
                    + "In a private repository the step needs GITHUB_TOKEN or SYSTEM_ACCESSTOKEN in its environment."
            );
        }
        else
        {
            context.Say($"Tags         main is at {head}; the tags main and latest are left to its build");
        }

        return source with
        {
            IsSuperseded = true,
        };
    }

    private static BuildSource Read(BuildContext context, GitState? state)
    {
        ArgumentNullException.ThrowIfNull(context);
        return BuildSource.Read(context.Root, context.Environment.GetEnvironmentVariable, state?.Branch, state?.Commit);
    }
}
