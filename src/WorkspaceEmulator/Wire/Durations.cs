using System.Xml;

namespace WorkspaceEmulator.Wire;

/// <summary>Reads durations (ISO 8601) and adds them to moments. Whatever can be read can be waited for.</summary>
internal static class Durations
{
    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text, such as PT2H.</param>
    /// <param name="member">The member that holds it, for the message.</param>
    /// <returns>Either the duration, which is not negative, or what is wrong with the text.</returns>
    public static (TimeSpan Duration, string? Fault) Read(string text, string member)
    {
        try
        {
            var duration = XmlConvert.ToTimeSpan(text);
            return duration < TimeSpan.Zero ? (default, $"{member} is '{text}'; it must not be negative.") : (duration, null);
        }
        catch (FormatException)
        {
            return (default, $"{member} is '{text}'; it must be an ISO 8601 duration such as PT2H.");
        }
        catch (OverflowException)
        {
            return (default, $"{member} is '{text}'; it must be at most {TimeSpan.MaxValue.Days} days.");
        }
    }

    public static string Format(TimeSpan duration) => XmlConvert.ToString(duration);

    /// <summary>Returns the moment after a duration; the last one there is when that is too far away.</summary>
    public static DateTimeOffset After(this DateTimeOffset moment, TimeSpan duration) =>
        duration < DateTimeOffset.MaxValue - moment ? moment + duration : DateTimeOffset.MaxValue;
}
