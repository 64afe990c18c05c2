using System.Globalization;
using Azure.ResourceManager.MachineLearning.Models;

namespace Workspaces.Schedules;

/// <summary>Says when a schedule fires: by a cron expression, or every so many units of time.</summary>
/// <param name="Cron">The expression; null for a recurrence.</param>
/// <param name="Frequency">The unit of a recurrence: Minute, Hour, Day, Week or Month; null for a cron expression.</param>
/// <param name="Interval">Number of units between two firings; at least 1.</param>
/// <param name="Hours">Hours of the day, from 0 to 23; empty for that of the start.</param>
/// <param name="Minutes">Minutes of the hour, from 0 to 59; empty for that of the start.</param>
/// <param name="WeekDays">Days of the week; empty for that of the start.</param>
/// <param name="MonthDays">Days of the month, from 1 to 31; empty for that of the start.</param>
/// <param name="TimeZone">Time zone by its name of Windows.</param>
/// <param name="Start">First time, without an offset; null for the creation of the schedule.</param>
/// <param name="End">Last time, without an offset; null for none.</param>
public sealed record ScheduleTiming(
    string? Cron,
    string? Frequency,
    int Interval,
    IReadOnlyList<int> Hours,
    IReadOnlyList<int> Minutes,
    IReadOnlyList<string> WeekDays,
    IReadOnlyList<int> MonthDays,
    string TimeZone,
    string? Start,
    string? End
)
{
    /// <summary>Describes a trigger in words, such as <c>every 2 weeks on Monday at 06:00</c>.</summary>
    public static string Describe(MachineLearningTriggerBase trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        var words = trigger switch
        {
            CronTrigger cron => $"cron {cron.Expression}",
            MachineLearningRecurrenceTrigger recurrence => Describe(recurrence),
            _ => "by a trigger that this program does not know",
        };
        words += $", {trigger.TimeZone ?? WindowsTimeZones.Utc}";
        if (trigger.StartTime is { } start)
            words += $", from {start}";
        return trigger.EndTime is { } end ? $"{words}, until {end}" : words;
    }

    /// <summary>Creates the trigger.</summary>
    internal MachineLearningTriggerBase ToTrigger()
    {
        MachineLearningTriggerBase trigger = Cron is not null
            ? new CronTrigger(Cron)
            : new MachineLearningRecurrenceTrigger(new MachineLearningRecurrenceFrequency(Frequency!), Interval) { Schedule = Times() };
        trigger.TimeZone = TimeZone;
        trigger.StartTime = Start;
        trigger.EndTime = End;
        return trigger;
    }

    private MachineLearningRecurrenceSchedule? Times() =>
        Hours.Count == 0
            ? null
            : new MachineLearningRecurrenceSchedule(Hours, Minutes)
            {
                WeekDays = WeekDays.Count == 0 ? null : [.. WeekDays.Select(day => new MachineLearningDayOfWeek(day))],
                MonthDays = MonthDays.Count == 0 ? null : [.. MonthDays],
            };

    private static string Describe(MachineLearningRecurrenceTrigger recurrence)
    {
        var unit = recurrence.Frequency.ToString().ToLowerInvariant();
        var words = recurrence.Interval == 1 ? $"every {unit}" : $"every {recurrence.Interval} {unit}s";
        if (recurrence.Schedule is not { } schedule)
            return words;
        string[] days =
        [
            .. (schedule.WeekDays ?? []).Select(day => day.ToString()),
            .. (schedule.MonthDays ?? []).Select(day => day.ToString(CultureInfo.InvariantCulture)),
        ];
        if (days.Length > 0)
            words += $" on {string.Join(", ", days)}";
        var times = schedule.Hours.SelectMany(hour => schedule.Minutes.Select(minute => $"{hour:00}:{minute:00}"));
        return $"{words} at {string.Join(", ", times)}";
    }
}
