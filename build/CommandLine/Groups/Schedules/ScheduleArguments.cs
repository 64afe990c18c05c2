using System.Globalization;
using System.Text.RegularExpressions;
using Experiments.Json;
using Workspaces.Schedules;

namespace Build.CommandLine.Groups.Schedules;

/// <summary>The arguments that say which schedule is meant, what becomes of it, and when it fires.</summary>
public sealed partial class ScheduleArguments() : ArgumentGroup(Action, Schedule, Cron, Every, At, On, TimeZone, Starts, Ends)
{
    /// <summary>Longest name: the jobs of a schedule add the time to it.</summary>
    private const int LongestName = 230;

    private const string TimeForm = "a time without an offset, such as 2026-06-01T06:00";

    public static readonly Argument<ScheduleAction?> Action = new(
        "action",
        "WHAT",
        "create, list, pause, resume or delete; default create with --cron or --every, else list",
        otherwise: null,
        ParseAction
    );

    public static readonly Argument<string?> Schedule = Arguments.Text("schedule", "NAME", "the schedule; default EXP_NAME", CheckName);

    public static readonly Argument<string?> Cron = Arguments.Text(
        "cron",
        "EXPRESSION",
        "minutes, hours, *, * and days of the week at which it fires, such as \"0 3 * * MON-FRI\"",
        text => Check(CronText.FindFault(text))
    );

    public static readonly Argument<(string Unit, int Count)?> Every = new(
        "every",
        "N UNIT",
        "how often it fires: 30minutes, 12hours, 1day, 2weeks, 1month",
        otherwise: null,
        ParseEvery
    );

    public static readonly Argument<IReadOnlyList<TimeOnly>> At = new(
        "at",
        "HH:MM,HH:MM",
        "the times of a day for --every with days, weeks or months; all with the same minute",
        otherwise: [],
        ParseTimes
    );

    public static readonly Argument<IReadOnlyList<string>> On = new(
        "on",
        "DAY,DAY",
        "the days: Monday,Friday for weeks, 1,15 for months; with --at",
        otherwise: [],
        ParseDays
    );

    public static readonly Argument<string> TimeZone = new(
        "time-zone",
        "NAME",
        "the time zone, such as \"W. Europe Standard Time\" or Europe/Berlin; default UTC",
        otherwise: WindowsTimeZones.Utc,
        ParseZone
    );

    public static readonly Argument<string?> Starts = Arguments.Text(
        "starts",
        "TIME",
        "the first time, in the time zone; default now",
        CheckTime
    );

    public static readonly Argument<string?> Ends = Arguments.Text(
        "ends",
        "TIME",
        "the last time, in the time zone; default none",
        CheckTime
    );

    private static readonly string[] Units = ["Minute", "Hour", "Day", "Week", "Month"];

    /// <summary>Returns the time as it is sent.</summary>
    public static string? Timestamp(string? text) =>
        text is null ? null : ParseTime(text).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private static ScheduleAction? ParseAction(string text) =>
        Enum.TryParse<ScheduleAction>(text, ignoreCase: true, out var action) && Enum.IsDefined(action) && !char.IsAsciiDigit(text[0])
            ? action
            : throw new FormatException("create, list, pause, resume or delete");

    private static void CheckName(string name)
    {
        JobName.Check(name);
        if (name.Length > LongestName)
            throw new FormatException($"at most {LongestName} characters long, as its jobs add the time to it");
    }

    private static void Check(string? rule)
    {
        if (rule is not null)
            throw new FormatException(rule);
    }

    private static (string, int)? ParseEvery(string text)
    {
        if (EveryForm().Match(text) is not { Success: true } match)
            throw new FormatException("a number from 1 to 999 and minutes, hours, days, weeks or months, such as 1day or 2weeks");
        var unit = Array.Find(Units, each => each.Equals(match.Groups["unit"].Value, StringComparison.OrdinalIgnoreCase))!;
        return (unit, int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
    }

    private static TimeOnly[] ParseTimes(string text)
    {
        const string rule = "times of a day with commas between them, such as 06:00 or 06:30,18:30";
        var times = text.Split(',')
            .Select(each =>
                TimeOnly.TryParseExact(each.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                    ? time
                    : throw new FormatException(rule)
            )
            .Distinct()
            .Order()
            .ToArray();
        return times.Select(time => time.Minute).Distinct().Count() == 1
            ? times
            : throw new FormatException($"{rule}, all with the same minute: Azure ML fires at every hour with every minute");
    }

    private static string[] ParseDays(string text)
    {
        var days = text.Split(',', StringSplitOptions.TrimEntries);
        if (Array.TrueForAll(days, day => NumberOf(day) is not null))
            return days;
        if (Array.TrueForAll(days, day => NameOf(day) is not null))
            return [.. days.Select(day => NameOf(day)!)];
        throw new FormatException("days of the week (Monday,Friday) or of the month (1,15), not both");
    }

    private static int? NumberOf(string day) =>
        int.TryParse(day, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 31 ? number : null;

    private static string? NameOf(string day) =>
        Enum.GetNames<DayOfWeek>().FirstOrDefault(name => name.Equals(day, StringComparison.OrdinalIgnoreCase));

    private static string ParseZone(string name)
    {
        if (WindowsTimeZones.Find(name) is { } zone)
            return zone;
        var nearest = NearestName.Find(name, WindowsTimeZones.Names);
        throw new FormatException(
            $"a time zone of Windows, such as \"{nearest ?? "W. Europe Standard Time"}\", or the main one of the IANA database"
        );
    }

    private static void CheckTime(string text) => ParseTime(text);

    private static DateTime ParseTime(string text) =>
        DateTime.TryParseExact(
            text,
            ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time
        )
            ? time
            : throw new FormatException(TimeForm);

    [GeneratedRegex(
        "^(?<count>[1-9][0-9]{0,2}) ?(?<unit>minute|hour|day|week|month)s?$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex EveryForm();
}
