using Experiments.Plans.Passports;

namespace Build.LocalRuntime;

/// <summary>Reads the state of the git repository from which a run is started.</summary>
public sealed class GitRepository(IProcesses processes)
{
    /// <summary>Reads the commit, branch, remote and whether tracked files are changed.</summary>
    /// <returns>Null outside a repository, in one without a commit, or without git.</returns>
    public async Task<GitState?> ReadAsync(BuildContext context)
    {
        var head = GitAsync(context, "rev-parse", "HEAD");
        var branch = GitAsync(context, "symbolic-ref", "--quiet", "--short", "HEAD");
        var remote = GitAsync(context, "config", "--get", "remote.origin.url");
        var changes = GitAsync(context, "status", "--porcelain", "--untracked-files=no");
        await Task.WhenAll(head, branch, remote, changes);
        return await head is { Length: > 0 } commit
            ? new GitState(commit, NullIfEmpty(await branch), NullIfEmpty(await remote), IsDirty: !string.IsNullOrEmpty(await changes))
            : null;
    }

    /// <summary>Returns the tag of the checked-out commit; null when the commit has none.</summary>
    public async Task<string?> DescribeAsync(BuildContext context) =>
        NullIfEmpty(await GitAsync(context, "describe", "--tags", "--exact-match"));

    private Task<string?> GitAsync(BuildContext context, params string[] arguments) =>
        processes.TryReadAsync(new ChildProcess("git", arguments, context.Root), context.Cancellation);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
