namespace Workspaces.Logs;

/// <summary>Computes the time until the next read: short while something happens, growing while nothing does.</summary>
internal sealed class FollowPace(FollowSettings settings, TimeProvider timeProvider)
{
    private const double Growth = 1.5;

    private readonly long began = timeProvider.GetTimestamp();
    private TimeSpan interval = settings.ShortestInterval;

    /// <summary>Returns the time until the next read.</summary>
    /// <param name="happened">Whether the last read brought anything new.</param>
    public TimeSpan Next(bool happened)
    {
        var longest = timeProvider.GetElapsedTime(began) > settings.LongJob ? settings.LongestIntervalOfLongJob : settings.LongestInterval;
        interval = happened ? settings.ShortestInterval : TimeSpan.FromTicks(Math.Min((long)(interval.Ticks * Growth), longest.Ticks));
        return interval;
    }
}
