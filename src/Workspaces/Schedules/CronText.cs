using System.Globalization;

namespace Workspaces.Schedules;

/// <summary>
/// Validates cron expressions before they are sent. Azure ML takes minutes, hours and days of the week, and ignores days and months, so
/// these must be <c>*</c>.
/// </summary>
public static class CronText
{
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private static readonly Field[] Fields =
    [
        new("the minutes", 0, 59, []),
        new("the hours", 0, 23, []),
        new("the days", 1, 31, []) { IsIgnored = true },
        new("the months", 1, 12, []) { IsIgnored = true },
        new("the days of the week", 0, 6, DayNames),
    ];

    /// <summary>Returns the rule that an expression breaks, with the position of the fault; null when it is valid.</summary>
    public static string? FindFault(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = 0;
        foreach (var field in Fields)
        {
            at = SkipSpaces(text, at);
            if (at == text.Length)
            {
                return "minutes, hours, days, months and days of the week, such as \"0 3 * * MON-FRI\"; "
                    + $"{field.Name} are missing at its end";
            }

            var end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            if (FindFault(text, at, end, field) is var (position, rule))
                return $"{rule} at position {position + 1}, where it has \"{text[position..end]}\"";
            at = end;
        }

        at = SkipSpaces(text, at);
        return at < text.Length ? $"five fields; there is more at position {at + 1}" : null;
    }

    private static (int Position, string Rule)? FindFault(string text, int start, int end, Field field)
    {
        if (field.IsIgnored)
            return text[start..end] == "*" ? null : (start, $"* for {field.Name}, which Azure ML ignores,");
        var at = start;
        while (true)
        {
            if (FindItemFault(text, ref at, end, field) is { } fault)
                return fault;
            if (at == end)
                return null;
            at++; // The comma of a list.
        }
    }

    // *, N, N-M, each with /STEP or without.
    private static (int Position, string Rule)? FindItemFault(string text, ref int at, int end, Field field)
    {
        var begin = at;
        if (at < end && text[at] == '*')
        {
            at++;
        }
        else
        {
            if (ReadValue(text, ref at, end, field) is not { } first)
                return (begin, field.Rule);
            if (at < end && text[at] == '-')
            {
                var second = ++at;
                if (ReadValue(text, ref at, end, field) is not { } last)
                    return (second, field.Rule);
                if (last < first)
                    return (begin, $"a range for {field.Name} whose first value is the smaller one");
            }
        }

        if (at < end && text[at] == '/')
        {
            var step = ++at;
            if (ReadNumber(text, ref at, end) is not > 0)
                return (step, $"a step of at least 1 for {field.Name}");
        }

        return at == end || text[at] == ',' ? null : (at, field.Rule);
    }

    private static int? ReadValue(string text, ref int at, int end, Field field)
    {
        foreach (var (name, value) in field.Names.Select((name, index) => (name, index)))
        {
            if (string.Compare(text, at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) != 0 || at + name.Length > end)
                continue;
            at += name.Length;
            return value + field.First;
        }

        var number = ReadNumber(text, ref at, end);
        return number >= field.First && number <= field.Last ? number : null;
    }

    private static int? ReadNumber(string text, ref int at, int end)
    {
        var start = at;
        while (at < end && char.IsAsciiDigit(text[at]))
            at++;
        return int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    private static int SkipSpaces(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at;
    }

    private sealed record Field(string Name, int First, int Last, string[] Names)
    {
        public bool IsIgnored { get; init; }

        public string Rule => $"*, or values from {First} to {Last}{(Names.Length > 0 ? $" ({Names[0]} to {Names[^1]})" : "")}, for {Name}";
    }
}
