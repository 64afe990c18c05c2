using System.Globalization;

namespace WorkspaceEmulator.Schedules;

/// <summary>
/// Represents a cron expression: minutes, hours, days, months and days of the week, each <c>*</c>, a number, a range, a list, or one of
/// these with a step. As on Azure, days and months are read and have no effect.
/// </summary>
internal sealed class CronExpression
{
    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private static readonly Field[] Fields =
    [
        new("minutes", 0, 59, []),
        new("hours", 0, 23, []),
        new("days", 1, 31, []),
        new("months", 1, 12, MonthNames),
        new("days of the week", 0, 6, DayNames),
    ];

    private readonly bool[] minutes;
    private readonly bool[] hours;
    private readonly bool[] weekdays;

    private CronExpression(bool[] minutes, bool[] hours, bool[] weekdays)
    {
        (this.minutes, this.hours, this.weekdays) = (minutes, hours, weekdays);
    }

    /// <summary>Gets whether the expression holds in every hour.</summary>
    public bool IsEveryHour => Array.TrueForAll(hours, hour => hour);

    /// <summary>Reads an expression.</summary>
    /// <returns>Either the expression or what is wrong with it, with the position counted from 1.</returns>
    public static (CronExpression? Expression, string? Fault) Parse(string text)
    {
        var parts = Split(text);
        if (parts.Count != Fields.Length)
        {
            return (
                null,
                $"'{text}' has {parts.Count} fields; it must have {Fields.Length}: minutes, hours, days, months, days of the week."
            );
        }

        var values = new List<bool[]>();
        foreach (var ((start, part), field) in parts.Zip(Fields))
        {
            var (allowed, fault) = Read(part, field);
            if (allowed is null)
                return (null, $"'{text}' has '{part}' for {field.Name} at position {start + 1}; {fault}.");
            values.Add(allowed);
        }

        return (new(values[0], values[1], values[4]), null);
    }

    public bool IncludesHour(DateTime local) => hours[local.Hour] && weekdays[(int)local.DayOfWeek];

    public bool Includes(DateTime local) => minutes[local.Minute] && IncludesHour(local);

    private static List<(int Start, string Text)> Split(string text)
    {
        var parts = new List<(int, string)>();
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsWhiteSpace(text[at]))
                continue;
            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
                at++;
            parts.Add((start, text[start..at]));
        }

        return parts;
    }

    private static (bool[]? Allowed, string? Fault) Read(string text, Field field)
    {
        var allowed = new bool[field.Last + 1];
        foreach (var item in text.Split(','))
        {
            if (item.Split('/') is not { Length: 1 or 2 } halves || Range(halves[0], field) is not var (first, last))
                return (null, $"it must be *, or numbers from {field.First} to {field.Last}, ranges and lists of them");
            var step = 1;
            if (halves.Length == 2 && (!IsNumber(halves[1], out step) || step == 0))
                return (null, "a step must be a number of at least 1");
            if (last < first)
                return (null, "a range must begin with the smaller number");
            // A number with a step begins a range that has no end.
            if (halves.Length == 2 && first == last && halves[0] != "*")
                last = field.Last;
            for (var value = first; value <= last; value += step)
                allowed[value] = true;
        }

        return (allowed, null);
    }

    private static (int First, int Last)? Range(string text, Field field)
    {
        if (text == "*")
            return (field.First, field.Last);
        var ends = text.Split('-');
        var first = Number(ends[0], field);
        var last = ends.Length == 1 ? first : Number(ends[^1], field);
        return ends.Length <= 2 && first is { } from && last is { } to ? (from, to) : null;
    }

    private static int? Number(string text, Field field)
    {
        var name = Array.FindIndex(field.Names, each => each.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (name >= 0)
            return name + field.First;
        return IsNumber(text, out var number) && number >= field.First && number <= field.Last ? number : null;
    }

    private static bool IsNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < 1000;

    private sealed record Field(string Name, int First, int Last, string[] Names);
}
