using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Schedules;

/// <summary>Fires every so many minutes, hours, days, weeks or months, counted from its first time.</summary>
/// <param name="Frequency">The unit: Minute, Hour, Day, Week or Month.</param>
/// <param name="Interval">Number of units between two firings; at least 1.</param>
/// <param name="Hours">Hours of the day; empty for that of the first time.</param>
/// <param name="Minutes">Minutes of each hour; empty for that of the first time.</param>
/// <param name="WeekDays">Days of the week, for weeks; empty for that of the first time.</param>
/// <param name="MonthDays">Days of the month, for months; empty for that of the first time.</param>
/// <param name="First">Local time from which it counts.</param>
/// <param name="Zone">The time zone in which it counts.</param>
/// <param name="End">Local time after which it does not fire; null for none.</param>
internal sealed record RecurrenceTrigger(
    string Frequency,
    int Interval,
    IReadOnlyList<int> Hours,
    IReadOnlyList<int> Minutes,
    IReadOnlyList<DayOfWeek> WeekDays,
    IReadOnlyList<int> MonthDays,
    DateTime First,
    TimeZoneInfo Zone,
    DateTime? End
) : ScheduleTrigger(Zone, First, End)
{
    private const int MostInterval = 1000;
    private const int DaysOfWeek = 7;
    private static readonly string[] Frequencies = ["Minute", "Hour", "Day", "Week", "Month"];

    public static (ScheduleTrigger? Trigger, string? Fault) Read(
        JsonObject trigger,
        TimeZoneInfo zone,
        DateTime? start,
        DateTime? end,
        DateTimeOffset createdAt
    )
    {
        const string at = "properties.trigger";
        // MLClient writes it small.
        var given = trigger.Text("frequency");
        var frequency = Array.Find(Frequencies, each => each.Equals(given, StringComparison.OrdinalIgnoreCase));
        if (frequency is null)
            return (null, $"{at}.frequency is '{given}'; it must be {string.Join(", ", Frequencies[..^1])} or {Frequencies[^1]}.");
        if (trigger.Integer("interval") is not (>= 1 and <= MostInterval and var interval))
            return (null, $"{at}.interval must be a whole number from 1 to {MostInterval}.");
        var schedule = trigger.Object("schedule");
        var hours = Numbers(schedule, "hours");
        var minutes = Numbers(schedule, "minutes");
        var monthDays = Numbers(schedule, "monthDays");
        if (hours.Exists(hour => hour is < 0 or > 23))
            return (null, $"{at}.schedule.hours must be whole numbers from 0 to 23.");
        if (minutes.Exists(minute => minute is < 0 or > 59))
            return (null, $"{at}.schedule.minutes must be whole numbers from 0 to 59.");
        if (monthDays.Exists(day => day is < 1 or > 31))
            return (null, $"{at}.schedule.monthDays must be whole numbers from 1 to 31.");
        var weekDays = new List<DayOfWeek>();
        foreach (var name in schedule.Array("weekDays") ?? [])
        {
            if (!Enum.TryParse<DayOfWeek>(name?.ToString(), ignoreCase: true, out var day) || char.IsDigit(name!.ToString()[0]))
                return (null, $"{at}.schedule.weekDays has '{name}'; it must be a day such as Monday.");
            weekDays.Add(day);
        }

        var first = start ?? TimeZoneInfo.ConvertTime(createdAt, zone).DateTime;
        return (new RecurrenceTrigger(frequency, (int)interval, hours, minutes, weekDays, monthDays, first, zone, end), null);
    }

    protected override DateTimeOffset? Next(DateTimeOffset moment) =>
        Frequency switch
        {
            "Minute" => NextByTime(moment, TimeSpan.FromMinutes(Interval)),
            "Hour" => NextByTime(moment, TimeSpan.FromHours(Interval)),
            _ => NextByDay(moment),
        };

    private static List<int> Numbers(JsonObject? schedule, string member) =>
        [
            .. (schedule.Array(member) ?? []).Select(item =>
                new JsonObject { ["n"] = item?.DeepClone() }.Integer("n") is { } n ? (int)n : -1
            ),
        ];

    // Hours and minutes pass alike whatever the clock shows.
    private DateTimeOffset? NextByTime(DateTimeOffset moment, TimeSpan interval)
    {
        if ((MomentOf(First) ?? MomentOf(First.AddHours(1))) is not { } first)
            return null;
        return moment < first ? first : first + (((moment - first).Ticks / interval.Ticks) + 1) * interval;
    }

    private DateTimeOffset? NextByDay(DateTimeOffset moment)
    {
        var from = LocalOf(moment).Date.AddDays(-1);
        var day = from > First.Date ? from : First.Date;
        // The rarest recurrence has a day within this many days; one whose day no month has, such as February 30, has none.
        var most = (Interval * (Frequency == "Month" ? 31 * 48 : DaysOfWeek)) + 31;
        for (var count = 0; count < most && day < DateTime.MaxValue.AddDays(-2); count++, day = day.AddDays(1))
        {
            if (!Includes(day))
                continue;
            foreach (var time in Times())
            {
                if (day + time >= First && MomentOf(day + time) is { } found && found > moment)
                    return found;
            }
        }

        return null;
    }

    private IEnumerable<TimeSpan> Times()
    {
        if (Hours.Count == 0 && Minutes.Count == 0)
            return [First.TimeOfDay];
        int[] hours = Hours.Count > 0 ? [.. Hours] : [First.Hour];
        int[] minutes = Minutes.Count > 0 ? [.. Minutes] : [First.Minute];
        return hours.SelectMany(hour => minutes.Select(minute => new TimeSpan(hour, minute, 0))).Order();
    }

    private bool Includes(DateTime day) =>
        Frequency switch
        {
            "Day" => (day - First.Date).Days % Interval == 0,
            "Week" => (MondayOf(day) - MondayOf(First)).Days / DaysOfWeek % Interval == 0
                && (WeekDays.Count > 0 ? WeekDays.Contains(day.DayOfWeek) : day.DayOfWeek == First.DayOfWeek),
            _ => (((day.Year - First.Year) * 12) + day.Month - First.Month) % Interval == 0
                && (MonthDays.Count > 0 ? MonthDays.Contains(day.Day) : day.Day == First.Day),
        };

    private static DateTime MondayOf(DateTime day) => day.Date.AddDays(-(((int)day.DayOfWeek + 6) % DaysOfWeek));
}
