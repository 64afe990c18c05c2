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

    /// <summary>
    /// Whether the variables of a platform name the source, so that other runs may build other commits of it at the same time.
    /// </summary>
    public bool IsOfPlatform { get; init; }

    /// <summary>
    /// Whether the branch has a newer commit. Runs of the same branch may end in any order; the readable tags stay with its newest commit.
    /// </summary>
    public bool IsSuperseded { get; init; }

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
                variable("GITHUB_SHA") ?? commit
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
            return OfPlatform(variable("BUILD_SOURCEBRANCH"), number, variable("BUILD_SOURCEVERSION") ?? commit);
        }

        return new(branch, PullRequest: null, branch == MainBranch, commit);
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

    private static BuildSource OfPlatform(string? reference, string? pullRequest, string? commit)
    {
        if (int.TryParse(pullRequest, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return new(Branch: null, number, IsMain: false, commit) { IsOfPlatform = true };
        const string Heads = "refs/heads/";
        var branch = reference?.StartsWith(Heads, StringComparison.Ordinal) == true ? reference[Heads.Length..] : null;
        return new(branch, PullRequest: null, branch == MainBranch, commit) { IsOfPlatform = true };
    }

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
