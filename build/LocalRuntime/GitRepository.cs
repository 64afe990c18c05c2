using Experiments.Plans.Passports;

namespace Build.LocalRuntime;

/// <summary>Reads the state of the git repository from which a run is started.</summary>
public sealed class GitRepository(IProcesses processes)
{
    /// <summary>Reads the commit, branch, remote and whether tracked files are changed.</summary>
    /// <returns>Null outside a repository, in one without a commit, or without git.</returns>
    public async Task<GitState?> ReadAsync(BuildContext context)
    {
        if (await GitAsync(context, "rev-parse", "HEAD") is not { Length: > 0 } commit)
            return null;
        var branch = await GitAsync(context, "symbolic-ref", "--quiet", "--short", "HEAD");
        var remote = await GitAsync(context, "config", "--get", "remote.origin.url");
        var changes = await GitAsync(context, "status", "--porcelain", "--untracked-files=no");
        return new GitState(commit, NullIfEmpty(branch), NullIfEmpty(remote), IsDirty: !string.IsNullOrEmpty(changes));
    }

    /// <summary>Returns the tag of the checked-out commit; null when the commit has none.</summary>
    public async Task<string?> DescribeAsync(BuildContext context) =>
        NullIfEmpty(await GitAsync(context, "describe", "--tags", "--exact-match"));

    /// <summary>Returns whether git tracks a file.</summary>
    /// <param name="context">The run.</param>
    /// <param name="path">Relative to the repository.</param>
    public async Task<bool> IsTrackedAsync(BuildContext context, string path) =>
        !string.IsNullOrEmpty(await GitAsync(context, "ls-files", "--", $":(literal){path}"));

    private Task<string?> GitAsync(BuildContext context, params string[] arguments) =>
        processes.TryReadAsync(new ChildProcess("git", arguments, context.Root), context.Cancellation);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
