using System.Text.RegularExpressions;

namespace Build.Docker;

/// <summary>What is being built: a pull request, a branch, a tagged commit. From the platform that runs the pipeline, else from git.</summary>
/// <param name="Branch">The branch; null for a pull request, whose branch may be anybody's, and when none is checked out.</param>
/// <param name="PullRequest">Number of the pull request; null when it is none.</param>
/// <param name="IsMain">Whether this is the main branch itself.</param>
/// <param name="Commit">Commit id; null when it is not known.</param>
public sealed partial record SourceFacts(string? Branch, int? PullRequest, bool IsMain, string? Commit)
{
    /// <summary>The branch whose images are <c>latest</c>.</summary>
    public const string MainBranch = "main";

    private const int LongestTag = 128;

    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="branch">The branch git has checked out; null when none is.</param>
    /// <param name="commit">The commit git has checked out; null outside a repository.</param>
    /// <remarks>A platform's variables are believed only for the checkout it made: a build of another repository, started from a pipeline, has its own facts.</remarks>
    public static SourceFacts Read(string root, Func<string, string?> variable, string? branch, string? commit)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentNullException.ThrowIfNull(variable);
        if (variable("GITHUB_ACTIONS") == "true" && IsWithin(root, variable("GITHUB_WORKSPACE")))
            return Of(
                variable("GITHUB_REF"),
                PullRequestRef().Match(variable("GITHUB_REF") ?? "").Groups["number"].Value,
                variable("GITHUB_SHA") ?? commit
            );
        if (
            string.Equals(variable("TF_BUILD"), "true", StringComparison.OrdinalIgnoreCase)
            && IsWithin(root, variable("BUILD_SOURCESDIRECTORY"))
        )
        {
            // The number is GitHub's, the id Azure Repos' own.
            var number =
                variable("BUILD_REASON") == "PullRequest"
                    ? variable("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER") ?? variable("SYSTEM_PULLREQUEST_PULLREQUESTID")
                    : null;
            return Of(variable("BUILD_SOURCEBRANCH"), number, variable("BUILD_SOURCEVERSION") ?? commit);
        }

        return new(branch, PullRequest: null, branch == MainBranch, commit);
    }

    /// <summary>A text as a tag: letters, digits, <c>_</c>, <c>.</c> and <c>-</c>, the first not <c>.</c> or <c>-</c>, at most 128.</summary>
    /// <returns>Null when nothing is left of it.</returns>
    public static string? AsTag(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tag = NotInTags().Replace(text, "-").TrimStart('.', '-');
        return tag.Length == 0 ? null : tag[..Math.Min(tag.Length, LongestTag)];
    }

    private static SourceFacts Of(string? reference, string? pullRequest, string? commit)
    {
        if (
            int.TryParse(
                pullRequest,
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number
            )
        )
            return new(Branch: null, number, IsMain: false, commit);
        const string Heads = "refs/heads/";
        var branch = reference?.StartsWith(Heads, StringComparison.Ordinal) == true ? reference[Heads.Length..] : null;
        return new(branch, PullRequest: null, branch == MainBranch, commit);
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
