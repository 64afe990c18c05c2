using System.Globalization;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Schedules;

/// <summary>Says when a schedule fires.</summary>
/// <param name="Zone">The time zone in which the schedule counts.</param>
/// <param name="Start">Local time before which it does not fire; null for none.</param>
/// <param name="End">Local time after which it does not fire; null for none.</param>
internal abstract record ScheduleTrigger(TimeZoneInfo Zone, DateTime? Start, DateTime? End)
{
    private const int FirstYear = 2000;
    private const int LastYear = 2999;
    private static readonly string[] LocalForms =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mm",
        "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd",
    ];

    /// <summary>Reads the <c>trigger</c> of a schedule.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="createdAt">When the schedule was created, from which a recurrence without a start counts.</param>
    /// <returns>Either the trigger or what is wrong with it.</returns>
    public static (ScheduleTrigger? Trigger, string? Fault) Read(JsonObject? trigger, DateTimeOffset createdAt)
    {
        if (trigger is null)
            return (null, "properties.trigger is missing; it must say when the schedule fires.");
        var name = trigger.Text("timeZone") ?? "UTC";
        if (TimeZones.Find(name) is not { } zone)
            return (null, $"properties.trigger.timeZone is '{name}'; it must be the name of a time zone of Windows, such as UTC.");
        var (start, startFault) = ReadTime(trigger, "startTime", zone);
        var (end, endFault) = ReadTime(trigger, "endTime", zone);
        if ((startFault ?? endFault) is { } fault)
            return (null, fault);
        if (end < start)
            return (null, "properties.trigger.endTime is before startTime; it must be after it.");
        return trigger.Text("triggerType") switch
        {
            "Cron" => CronTrigger.Read(trigger, zone, start, end),
            "Recurrence" => RecurrenceTrigger.Read(trigger, zone, start, end, createdAt),
            var other => (null, $"properties.trigger.triggerType is '{other}'; it must be Cron or Recurrence."),
        };
    }

    /// <summary>Returns the first moment after another at which the schedule fires; null when it never fires again.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment) =>
        Next(moment) is { } next && (End is not { } end || LocalOf(next) <= end) ? next : null;

    /// <summary>Returns the next moment without regard to <see cref="End"/>.</summary>
    protected abstract DateTimeOffset? Next(DateTimeOffset moment);

    protected DateTime LocalOf(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, Zone).DateTime;

    /// <summary>Returns the moment of a local time; the earlier one where the clock shows it twice, null where it skips it.</summary>
    protected DateTimeOffset? MomentOf(DateTime local)
    {
        if (Zone.IsInvalidTime(local))
            return null;
        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    // Beyond these years there is no calculating with time zones.
    private static (DateTime? Time, string? Fault) Within(DateTime time, string text, string member) =>
        time.Year is >= FirstYear and <= LastYear
            ? (time, null)
            : (null, $"properties.trigger.{member} is '{text}'; it must be from {FirstYear} to {LastYear}.");

    private static (DateTime? Time, string? Fault) ReadTime(JsonObject trigger, string member, TimeZoneInfo zone)
    {
        if (trigger.Text(member) is not { } text)
            return (null, null);
        if (DateTime.TryParseExact(text, LocalForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return Within(local, text, member);
        // Clients that know an offset send it.
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            ? Within(moment.UtcDateTime, text, member) is (_, { } fault)
                ? (null, fault)
                : (TimeZoneInfo.ConvertTime(moment, zone).DateTime, null)
            : (null, $"properties.trigger.{member} is '{text}'; it must be a time such as 2026-06-01T06:00:00.");
    }
}
