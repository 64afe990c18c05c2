using System.Globalization;

namespace Build.CommandLine.Groups.Pipelines;

/// <summary>The arguments that select the pull request and the account.</summary>
public sealed class PullRequestArguments() : ArgumentGroup(Number, Author)
{
    public static readonly Argument<int?> Number = new(
        "pull-request",
        "N",
        "the pull request; default that of artifacts/launch.json, or of the event",
        otherwise: null,
        Parse
    );

    public static readonly Argument<string?> Author = Arguments.Text(
        "comment-author",
        "LOGIN",
        "the account of the token, where it is that of a GitHub App; default the job's own"
    );

    private static int? Parse(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException("the number of a pull request");
}
