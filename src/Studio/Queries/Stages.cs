using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Studio.Logs;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Reads the stages of the trainer from the beginning and the end of its log: lines such as <c>[5/7] train</c>.</summary>
internal static partial class Stages
{
    [GeneratedRegex(
        @"^\[(?<number>\d{1,2})/\d{1,2}\] (?<name>[^\r\n]{1,100})",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Heading();

    [GeneratedRegex(
        @"^trained \d+ steps in (((?<h>\d{1,4}):)?(?<m>\d{1,2})):(?<s>\d{2})",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Trained();

    /// <summary>
    /// Returns the stages in their order. The log has no times: the seconds are known of the training alone, once it has ended, and of
    /// nothing else.
    /// </summary>
    public static JsonArray Read(IStudioRun run)
    {
        using var log = run.OpenLog();
        if (log is null)
            return [];
        var start = Encoding.UTF8.GetString(LogWindow.Read(log, 0, LogWindow.Longest).Content.Span);
        var text =
            log.Length > LogWindow.Longest
                ? start + "\n" + Encoding.UTF8.GetString(LogWindow.Read(log, -LogWindow.Longest, LogWindow.Longest).Content.Span)
                : start;
        var stages = new SortedDictionary<int, string>();
        foreach (Match match in Heading().Matches(text))
            stages[int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)] = match.Groups["name"].Value.TrimEnd();
        var training = Trained().Matches(text).LastOrDefault() is { } trained ? SecondsOf(trained) : (double?)null;
        return Json.Of(
            stages.Select(
                JsonNode? (stage) =>
                    new JsonObject
                    {
                        ["name"] = stage.Value,
                        ["started"] = null,
                        ["seconds"] = stage.Value == "train" ? training : null,
                    }
            )
        );
    }

    private static double SecondsOf(Match match) => (Number(match, "h") * 3600) + (Number(match, "m") * 60) + Number(match, "s");

    private static int Number(Match match, string group) =>
        int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
