using Experiments.Plans.Passports;

namespace Build.Stages;

/// <summary>Asks git which sources a run is started from.</summary>
internal static class GitRepository
{
    /// <returns>Null outside a repository, in one without a commit, or without git.</returns>
    public static async Task<GitState?> ReadAsync(BuildContext context)
    {
        if (await GitAsync(context, "rev-parse", "HEAD") is not { Length: > 0 } commit)
            return null;
        var branch = await GitAsync(context, "symbolic-ref", "--quiet", "--short", "HEAD");
        var remote = await GitAsync(context, "config", "--get", "remote.origin.url");
        var changes = await GitAsync(context, "status", "--porcelain", "--untracked-files=no");
        return new GitState(commit, NullIfEmpty(branch), NullIfEmpty(remote), IsDirty: !string.IsNullOrEmpty(changes));
    }

    /// <summary>The tag this very commit bears; null when it bears none.</summary>
    public static async Task<string?> DescribeAsync(BuildContext context) =>
        NullIfEmpty(await GitAsync(context, "describe", "--tags", "--exact-match"));

    private static Task<string?> GitAsync(BuildContext context, params string[] arguments) =>
        new ChildProcess("git", arguments, context.Root).TryReadAsync(context.Cancellation);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
