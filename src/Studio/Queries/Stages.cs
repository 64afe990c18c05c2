using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Studio.Logs;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>
/// Reads the stages of the trainer. Each process of a run has a tag such as <c>stages_20260102T030000000</c> with the time at which each
/// stage began: a JSON object of ISO 8601 times, with <c>end</c> for the end of the last one. Trainers before that had one tag,
/// <c>stages</c>, of the last process. Without a tag, lines such as <c>[5/7] train</c> of the log name the stages.
/// </summary>
internal static partial class Stages
{
    private const string End = "end";
    private const int Most = 32;
    private const int MostAttempts = 50;

    [GeneratedRegex(@"^stages(_\d{8}T\d{9})?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TagName();

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
    /// Returns the stages in their order: name, start, seconds, and the attempt, from 1 on, of a run that was interrupted. Null is unknown:
    /// the stage runs or was interrupted, or the run is of a trainer that wrote no times.
    /// </summary>
    public static JsonArray Read(IStudioRun run) => Timed(run) is { Count: > 0 } stages ? stages : Logged(run);

    private static JsonArray Timed(IStudioRun run)
    {
        var attempts = run
            .Facts.Tags.Where(tag => TagName().IsMatch(tag.Key))
            .OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(tag => TimesOf(tag.Value))
            .Where(times => times.Count > 0)
            .TakeLast(MostAttempts)
            .ToList();
        var stages = new JsonArray();
        for (var attempt = 0; attempt < attempts.Count; attempt++)
        {
            var times = attempts[attempt];
            var isStopped = attempt == attempts.Count - 1 && run.HasEnded && times.TrueForAll(stage => stage.Name != End);
            if (isStopped && run.Facts.Ended is { } ended)
                times.Add((End, ended)); // The trainer was stopped within its last stage.
            Append(stages, times, attempts.Count > 1 ? attempt + 1 : null);
        }

        return stages;
    }

    private static List<(string Name, DateTimeOffset Time)> TimesOf(string tag) =>
        Json.Parse(tag) is JsonObject begun
            ?
            [
                .. begun
                    .Select(pair => (Name: pair.Key, Time: TimeOf(pair.Value)))
                    .Where(stage => stage.Time is not null)
                    .Take(Most)
                    .Select(stage => (stage.Name, stage.Time!.Value)),
            ]
            : [];

    private static void Append(JsonArray stages, List<(string Name, DateTimeOffset Time)> times, int? attempt)
    {
        for (var i = 0; i < times.Count && times[i].Name != End; i++)
        {
            double? seconds = i + 1 < times.Count ? (times[i + 1].Time - times[i].Time).TotalSeconds : null;
            var stage = Describe(times[i].Name, times[i].Time, seconds >= 0 ? seconds : null);
            if (attempt is { } number)
                stage["attempt"] = number;
            stages.Add((JsonNode)stage);
        }
    }

    // The log has no times: the duration of the training alone is in it, once it has ended.
    private static JsonArray Logged(IStudioRun run)
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
        return Json.Of(stages.Values.Select(JsonNode? (name) => Describe(name, null, name == "train" ? training : null)));
    }

    private static JsonObject Describe(string name, DateTimeOffset? started, double? seconds) =>
        new()
        {
            ["name"] = name,
            ["started"] = Json.Of(started),
            ["seconds"] = seconds,
        };

    private static DateTimeOffset? TimeOf(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String
        && DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static double SecondsOf(Match match) => (Number(match, "h") * 3600) + (Number(match, "m") * 60) + Number(match, "s");

    private static int Number(Match match, string group) =>
        int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
