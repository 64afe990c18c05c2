using Build.Stages;
using Cake.Core;
using Experiments.Plans.Passports;

namespace Build.Docker;

/// <summary>What is being built, and the tags that follow, as the command line, the platform and git have it.</summary>
internal static class BuildFacts
{
    public static SourceFacts ReadFacts(this BuildContext context, GitState? git) =>
        SourceFacts.Read(context.Root, System.Environment.GetEnvironmentVariable, git?.Branch, git?.Commit);

    /// <exception cref="CakeException"><c>--version-tag</c> cannot be a tag, or is one that means something else.</exception>
    public static async Task<IReadOnlyList<string>> ReadTagsAsync(this BuildContext context)
    {
        var git = await GitRepository.ReadAsync(context);
        var facts = context.ReadFacts(git);
        return ReadableTags.For(facts, git?.IsDirty ?? false, await VersionAsync(context, git, facts), context.Switch("tag-latest"));
    }

    private static async Task<string?> VersionAsync(BuildContext context, GitState? git, SourceFacts facts)
    {
        if (context.Value("version-tag") is { } asked)
        {
            return SourceFacts.AsTag(asked) == asked && !ReadableTags.IsReserved(asked)
                ? asked
                : throw new CakeException(
                    $"--version-tag is \"{asked}\"; it must be 1 to 128 letters, digits, '_', '.' or '-', and not latest, pr-NUMBER or a content tag."
                );
        }

        // Only a commit that bears the tag, with nothing changed, is that version; a pull request never is.
        if (git is null || git.IsDirty || facts.PullRequest is not null)
            return null;
        var described = await GitRepository.DescribeAsync(context);
        return described is not null && SourceFacts.AsTag(described) is { } tag && !ReadableTags.IsReserved(tag) ? tag : null;
    }
}
