using System.Globalization;
using System.Text.RegularExpressions;

namespace Images.Tagging;

/// <summary>Describes what an image is built from: a pull request, a branch or a tagged commit.</summary>
/// <param name="Branch">The branch; null for a pull request, whose branch may have any name, and when no branch is checked out.</param>
/// <param name="PullRequest">Number of the pull request; null outside one.</param>
/// <param name="IsMain">Whether this is the main branch.</param>
/// <param name="Commit">Commit id; null when it is unknown.</param>
public sealed partial record BuildSource(string? Branch, int? PullRequest, bool IsMain, string? Commit)
{
    /// <summary>The branch whose images get the tag <c>latest</c>.</summary>
    public const string MainBranch = "main";

    private const int LongestTag = 128;

    // GitHub deletes these branches after the merge.
    private const string MergeQueue = "gh-readonly-queue/";

    /// <summary>
    /// Whether the variables of a platform name the source, so that other runs may build other commits of it at the same time.
    /// </summary>
    public bool IsOfPlatform { get; init; }

    /// <summary>
    /// The reason why the image gets no tag of its branch, pull request or <c>latest</c>, without a full stop: what is built is not known
    /// to be exactly the tree of <see cref="Commit"/>, its branch does not last or has a newer commit. Null when it may have them.
    /// </summary>
    public string? NoTagsReason { get; init; }

    /// <summary>Reads the source from the variables of the platform that runs the pipeline, or else takes it from git.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="branch">The branch in git; null when no branch is checked out.</param>
    /// <param name="commit">The commit in git; null outside a repository.</param>
    /// <remarks>A platform's variables count only for the checkout that it made: a pipeline may build another repository too.</remarks>
    public static BuildSource Read(string root, Func<string, string?> variable, string? branch, string? commit)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentNullException.ThrowIfNull(variable);
        if (variable("GITHUB_ACTIONS") == "true" && IsWithin(root, variable("GITHUB_WORKSPACE")))
        {
            return OfPlatform(
                variable("GITHUB_REF"),
                PullRequestRef().Match(variable("GITHUB_REF") ?? "").Groups["number"].Value,
                ("GITHUB_SHA", variable("GITHUB_SHA")),
                commit
            );
        }

        if (
            string.Equals(variable("TF_BUILD"), "true", StringComparison.OrdinalIgnoreCase)
            && IsWithin(root, variable("BUILD_SOURCESDIRECTORY"))
        )
        {
            // Azure Pipelines sets the number for repositories on GitHub, the id for its own.
            var number =
                variable("BUILD_REASON") == "PullRequest"
                    ? variable("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER") ?? variable("SYSTEM_PULLREQUEST_PULLREQUESTID")
                    : null;
            return OfPlatform(variable("BUILD_SOURCEBRANCH"), number, ("BUILD_SOURCEVERSION", variable("BUILD_SOURCEVERSION")), commit);
        }

        return OfBranch(branch, commit);
    }

    /// <summary>
    /// Converts a text to a tag: at most 128 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>, of which the first is not <c>.</c> or
    /// <c>-</c>.
    /// </summary>
    /// <returns>Null when no character remains.</returns>
    public static string? AsTag(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tag = NotInTags().Replace(text, "-").TrimStart('.', '-');
        return tag.Length == 0 ? null : tag[..Math.Min(tag.Length, LongestTag)];
    }

    // A workflow may check out another commit than the one that its event is about; then the event's branch says nothing of the sources.
    private static BuildSource OfPlatform(string? reference, string? pullRequest, (string Variable, string? Commit) built, string? commit)
    {
        const string Heads = "refs/heads/";
        var source = int.TryParse(pullRequest, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(Branch: null, number, IsMain: false, commit ?? built.Commit)
            : OfBranch(
                reference?.StartsWith(Heads, StringComparison.Ordinal) == true ? reference[Heads.Length..] : null,
                commit ?? built.Commit
            );
        var isOther = commit is not null && built.Commit is not null && commit != built.Commit;
        return source with
        {
            IsOfPlatform = true,
            NoTagsReason = isOther ? $"{built.Variable} is {built.Commit}, and {commit} is checked out" : source.NoTagsReason,
        };
    }

    private static BuildSource OfBranch(string? branch, string? commit) =>
        branch?.StartsWith(MergeQueue, StringComparison.Ordinal) == true
            ? new(Branch: null, PullRequest: null, IsMain: false, commit) { NoTagsReason = $"{branch} is a branch of a merge queue" }
            : new(branch, PullRequest: null, branch == MainBranch, commit);

    /// <summary>Returns the repository that an image of this source belongs to.</summary>
    /// <param name="repository">The repository of this project's images.</param>
    /// <remarks>Pull requests push to a repository of their own. What they push there is never trained, and never reused by main.</remarks>
    public string RepositoryIn(string repository) => PullRequest is null ? repository : PullRequestRepository(repository);

    /// <summary>Returns the repository of the images of pull requests.</summary>
    public static string PullRequestRepository(string repository) => $"pr/{repository}";

    private static bool IsWithin(string root, string? workspace)
    {
        if (string.IsNullOrEmpty(workspace))
            return false;
        var relative = Path.GetRelativePath(Path.GetFullPath(workspace), Path.GetFullPath(root));
        return relative != ".."
            && !relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && !Path.IsPathRooted(relative);
    }

    [GeneratedRegex("^refs/pull/(?<number>[0-9]+)/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PullRequestRef();

    [GeneratedRegex("[^A-Za-z0-9_.-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInTags();
}
