using Cake.Core;
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
        // A git that lists no changes because it failed does not say that there are none.
        return new GitState(commit, NullIfEmpty(branch), NullIfEmpty(remote), IsDirty: changes is not "");
    }

    /// <summary>Returns the tag of the checked-out commit; null when the commit has none.</summary>
    public async Task<string?> DescribeAsync(BuildContext context) =>
        NullIfEmpty(await GitAsync(context, "describe", "--tags", "--exact-match"));

    /// <summary>Lists the files of the index below the repository's folder: mode, id, stage and path, each entry with NUL at its end.</summary>
    /// <returns>Null outside a repository, or without git.</returns>
    public Task<string?> ListIndexAsync(BuildContext context) => GitAsync(context, "ls-files", "--stage", "-z");

    /// <summary>Lists the files of the commit that is checked out: mode, kind, id and path, each entry with NUL at its end.</summary>
    /// <returns>Null outside a repository, in one without a commit, or without git.</returns>
    public Task<string?> ListCommitAsync(BuildContext context) => GitAsync(context, "ls-tree", "-r", "-z", "HEAD");

    /// <summary>Returns why git does not name the commit that is checked out, as a clause without a full stop; null when it does.</summary>
    public async Task<string?> FindFaultAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var lines = new List<string>();
        try
        {
            var git = new ChildProcess("git", ["rev-parse", "HEAD"], context.Root);
            if (await processes.RunAsync(git, lines.Add, context.Cancellation) == 0)
                return null;
        }
        catch (CakeException)
        {
            return "git is not installed";
        }

        // Later lines are advice.
        var reason = lines.Find(line => line.StartsWith("fatal: ", StringComparison.Ordinal))?["fatal: ".Length..];
        return $"git does not name the commit: {(reason ?? "it gives no reason").TrimEnd('.')}";
    }

    private Task<string?> GitAsync(BuildContext context, params string[] arguments) =>
        processes.TryReadAsync(new ChildProcess("git", arguments, context.Root), context.Cancellation);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
