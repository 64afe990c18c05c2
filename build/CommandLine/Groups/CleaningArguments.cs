using System.Globalization;

namespace Build.CommandLine.Groups;

/// <summary>The arguments that decide which images are deleted.</summary>
public sealed class CleaningArguments() : ArgumentGroup(OlderThan, OpenPullRequests, Yes)
{
    public static readonly Argument<TimeSpan> OlderThan = new(
        "older-than",
        "AGE",
        "the age from which unused content is deleted: 12h, 30d (default), 2w",
        otherwise: TimeSpan.FromDays(30),
        DurationArgument.Parse
    );

    public static readonly Argument<IReadOnlySet<int>?> OpenPullRequests = new(
        "open-pull-requests",
        "N,N",
        "the open pull requests, or none; without it the tags of all pull requests are kept",
        otherwise: null,
        ParseNumbers
    );

    public static readonly Argument<bool> Yes = Arguments.Switch("yes", "deletes; without it nothing is changed");

    private static HashSet<int> ParseNumbers(string text) =>
        text == "none"
            ? []
            : [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseNumber)];

    private static int ParseNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("numbers with commas between them, or none");
}
