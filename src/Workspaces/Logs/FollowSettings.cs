using Workspaces.Http;

namespace Workspaces.Logs;

/// <summary>Sets the intervals between reads of a followed job, and the time for which an unresponsive service is tolerated.</summary>
/// <remarks>A value outside its range throws an <see cref="ArgumentOutOfRangeException"/>.</remarks>
public sealed record FollowSettings
{
    /// <summary>Gets the time between reads while something happens.</summary>
    /// <value>Above 0; 0.5 seconds by default.</value>
    public TimeSpan ShortestInterval
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromSeconds(0.5);

    /// <summary>Gets the longest time between reads while nothing happens.</summary>
    /// <value>At least <see cref="ShortestInterval"/>; 5 seconds by default.</value>
    public TimeSpan LongestInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the longest time between reads once the job has been followed for <see cref="LongJob"/>.</summary>
    /// <value>At least <see cref="ShortestInterval"/>; 10 seconds by default.</value>
    public TimeSpan LongestIntervalOfLongJob { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the time of following after which a job counts as long.</summary>
    /// <value>At least 0; 10 minutes by default.</value>
    public TimeSpan LongJob
    {
        get;
        init => field = SettingRange.AtLeast(value, TimeSpan.Zero);
    } = TimeSpan.FromMinutes(10);

    /// <summary>Gets the time without any response after which following ends; the job itself keeps running.</summary>
    /// <value>At least 0; 2 minutes by default.</value>
    public TimeSpan Patience
    {
        get;
        init => field = SettingRange.AtLeast(value, TimeSpan.Zero);
    } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Gets the number of consecutive failed reads of a log, after the job has ended, at which the rest of the log is skipped.
    /// </summary>
    /// <value>At least 1; 8 by default.</value>
    public int LogAttempts
    {
        get;
        init => field = SettingRange.AtLeast(value, 1);
    } = 8;

    /// <summary>Returns these settings after comparing the values that depend on each other.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="LongestInterval"/> or <see cref="LongestIntervalOfLongJob"/> is below
    /// <see cref="ShortestInterval"/>.</exception>
    internal FollowSettings Validated()
    {
        SettingRange.AtLeast(LongestInterval, ShortestInterval, nameof(LongestInterval));
        SettingRange.AtLeast(LongestIntervalOfLongJob, ShortestInterval, nameof(LongestIntervalOfLongJob));
        return this;
    }
}
