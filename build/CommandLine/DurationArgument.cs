using System.Globalization;
using System.Text.RegularExpressions;

namespace Build.CommandLine;

/// <summary>Converts a length of time as it is typed: <c>30d</c>, <c>12h</c>, <c>2w</c>.</summary>
public static partial class DurationArgument
{
    /// <exception cref="FormatException">Carries the rule.</exception>
    public static TimeSpan Parse(string text)
    {
        if (Form().Match(text ?? "") is not { Success: true } match)
            throw new FormatException("a number of hours, days or weeks, such as 12h, 30d or 2w");
        var number = int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        return match.Groups["unit"].Value switch
        {
            "h" => TimeSpan.FromHours(number),
            "d" => TimeSpan.FromDays(number),
            _ => TimeSpan.FromDays(7 * number),
        };
    }

    [GeneratedRegex("^(?<number>[0-9]{1,4})(?<unit>[hdw])$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
