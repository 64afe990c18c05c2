using Build.Stages;
using Cake.Core;
using Experiments.Planning;
using Images.Tagging;

namespace Build.Docker;

/// <summary>Reads what an image is built from, and the tags that follow, from the command line, the platform and git.</summary>
internal static class BuildSourceReader
{
    /// <summary>Reads pull request, branch and commit.</summary>
    public static async Task<BuildSource> ReadSourceAsync(this BuildContext context) =>
        Read(context, await GitRepository.ReadAsync(context));

    /// <summary>Decides the readable tags of the image.</summary>
    /// <exception cref="CakeException"><c>--version-tag</c> cannot be a tag, or has another meaning as a tag.</exception>
    public static async Task<IReadOnlyList<string>> ReadTagsAsync(this BuildContext context)
    {
        var git = await GitRepository.ReadAsync(context);
        var source = Read(context, git);
        var version = await ImageVersion.DecideAsync(context.Value("version-tag"), isClean: git is { IsDirty: false }, source, () =>
            GitRepository.DescribeAsync(context)
        );
        return ImageTags.For(source, git?.IsDirty ?? false, version, context.Switch("tag-latest"));
    }

    private static BuildSource Read(BuildContext context, GitFacts? git) =>
        BuildSource.Read(context.Root, Environment.GetEnvironmentVariable, git?.Branch, git?.Commit);
}
