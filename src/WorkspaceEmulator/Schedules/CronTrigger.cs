using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Schedules;

/// <summary>Fires at the times of a cron expression.</summary>
/// <param name="Expression">The expression.</param>
/// <param name="Zone">The time zone in which it counts.</param>
/// <param name="Start">Local time before which it does not fire; null for none.</param>
/// <param name="End">Local time after which it does not fire; null for none.</param>
internal sealed record CronTrigger(CronExpression Expression, TimeZoneInfo Zone, DateTime? Start, DateTime? End)
    : ScheduleTrigger(Zone, Start, End)
{
    // Every expression holds within a week, and the clock can skip one of its times.
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(15);

    public static (ScheduleTrigger? Trigger, string? Fault) Read(JsonObject trigger, TimeZoneInfo zone, DateTime? start, DateTime? end)
    {
        if (trigger.Text("expression") is not { } text)
            return (null, "properties.trigger.expression is missing; a trigger of type Cron must have it.");
        var (expression, fault) = CronExpression.Parse(text);
        return expression is null
            ? (null, $"properties.trigger.expression: {fault}")
            : (new CronTrigger(expression, zone, start, end), null);
    }

    protected override DateTimeOffset? Next(DateTimeOffset moment)
    {
        var first = moment.ToUniversalTime();
        if (Start is { } start && (MomentOf(start) ?? MomentOf(start.AddHours(1))) is { } begin && begin > first)
            first = begin.AddTicks(-1);
        var at = new DateTimeOffset(first.Ticks - (first.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero).AddMinutes(1);
        var last = at + Furthest;
        while (at < last)
        {
            var local = LocalOf(at);
            if (!Expression.IncludesHour(local))
                at = at.AddMinutes(60 - local.Minute);
            else if (Expression.Includes(local) && !IsSecondPass(at, local))
                return at;
            else
                at = at.AddMinutes(1);
        }

        return null;
    }

    // An hour that the clock shows twice counts twice only for expressions that hold in every hour.
    private bool IsSecondPass(DateTimeOffset moment, DateTime local) =>
        !Expression.IsEveryHour && Zone.IsAmbiguousTime(local) && MomentOf(local) is { } earlier && earlier < moment;
}
