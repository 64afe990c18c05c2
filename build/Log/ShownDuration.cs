using System.Globalization;

namespace Build.Log;

/// <summary>Shows durations as <c>h:mm:ss</c>.</summary>
internal static class ShownDuration
{
    /// <summary>Returns a duration, rounded to seconds as the report and the studio do it; a day is 24 hours.</summary>
    public static string Of(TimeSpan time)
    {
        var rounded = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds, MidpointRounding.AwayFromZero));
        return string.Create(CultureInfo.InvariantCulture, $"{(long)rounded.TotalHours}:{rounded:mm\\:ss}");
    }
}
