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
        var head = GitAsync(context, "rev-parse", "HEAD");
        var branch = GitAsync(context, "symbolic-ref", "--quiet", "--short", "HEAD");
        var remote = GitAsync(context, "config", "--get", "remote.origin.url");
        var changes = GitAsync(context, "status", "--porcelain", "--untracked-files=no");
        await Task.WhenAll(head, branch, remote, changes);
        // A git that lists no changes because it failed does not say that there are none.
        return await head is { Length: > 0 } commit
            ? new GitState(
                commit,
                NullIfEmpty(await branch) ?? BranchOfPipeline(context, commit),
                NullIfEmpty(await remote),
                IsDirty: await changes is not ""
            )
            : null;
    }

    /// <summary>Returns the tag of the checked-out commit; null when the commit has none.</summary>
    public async Task<string?> DescribeAsync(BuildContext context) =>
        NullIfEmpty(await GitAsync(context, "describe", "--tags", "--exact-match"));

    /// <summary>Reads the head of a branch from the remote.</summary>
    /// <returns>Commit id; null when the remote does not respond.</returns>
    public async Task<string?> FindHeadAsync(BuildContext context, string branch)
    {
        ArgumentNullException.ThrowIfNull(context);
        var reference = $"refs/heads/{branch}";
        var process = new ChildProcess(
            "git",
            ["ls-remote", "origin", reference],
            context.Root,
            GitCredentials.Read(context.Environment.GetEnvironmentVariable)
        );
        var answer = await processes.TryReadAsync(process, context.Cancellation);
        return answer
            ?.Split('\n')
            .Select(line => line.Split('\t'))
            .Where(fields => fields is [_, var name] && name == reference)
            .Select(fields => fields[0])
            .FirstOrDefault();
    }

    /// <summary>Returns the branch whose commit a pipeline checked out: Azure DevOps and some actions check out only the commit.</summary>
    private static string? BranchOfPipeline(BuildContext context, string commit)
    {
        const string Branches = "refs/heads/";
        string? Variable(string name) => context.Environment.GetEnvironmentVariable(name);
        (string? Commit, string? Ref)[] named =
        [
            (Variable("BUILD_SOURCEVERSION"), Variable("BUILD_SOURCEBRANCH")),
            (Variable("GITHUB_SHA"), Variable("GITHUB_REF")),
        ];
        return named
            .Where(source => source.Commit == commit && source.Ref?.StartsWith(Branches, StringComparison.Ordinal) == true)
            .Select(source => NullIfEmpty(source.Ref![Branches.Length..]))
            .FirstOrDefault();
    }

    /// <summary>Returns whether git tracks a file.</summary>
    /// <param name="context">The run.</param>
    /// <param name="path">Relative to the repository.</param>
    public async Task<bool> IsTrackedAsync(BuildContext context, string path) =>
        !string.IsNullOrEmpty(await GitAsync(context, "ls-files", "--", $":(literal){path}"));

    /// <summary>Lists the index below the repository's folder: mode, id, stage and path, each entry with NUL at its end.</summary>
    /// <returns>Null outside a repository, or without git.</returns>
    public Task<string?> ListIndexAsync(BuildContext context) => GitAsync(context, "ls-files", "--stage", "-z");

    /// <summary>Lists the files of the commit that is checked out: mode, kind, id and path, each entry with NUL at its end.</summary>
    /// <returns>Null outside a repository, in one without a commit, or without git.</returns>
    public Task<string?> ListCommitAsync(BuildContext context) => GitAsync(context, "ls-tree", "-r", "-z", "HEAD");

    /// <summary>Reads the difference between the tracked files and the commit, byte for byte, so that git can apply it.</summary>
    /// <returns>Null when git does not tell it.</returns>
    public async Task<byte[]?> ReadDifferenceAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Directory.CreateDirectory(context.LocalFolder);
        var file = Path.Combine(context.LocalFolder, $"difference-{Guid.NewGuid():N}");
        try
        {
            // A file, because lines that a program prints lose how they ended.
            return
                await GitAsync(context, "diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", $"--output={file}", "HEAD")
                    is not null
                && File.Exists(file)
                ? await File.ReadAllBytesAsync(file, context.Cancellation)
                : null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Lists the tracked files under a folder that differ from a commit.</summary>
    /// <param name="context">The run.</param>
    /// <param name="commit">Commit id, 40 hex digits.</param>
    /// <param name="folder">Relative to the repository.</param>
    /// <returns>Null when git does not know the commit.</returns>
    public async Task<IReadOnlyList<string>?> ListChangedAsync(BuildContext context, string commit, string folder) =>
        (await GitAsync(context, "diff", "--name-only", "--no-ext-diff", commit, "--", folder))?.Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );

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
