namespace Workspaces.Logs;

/// <summary>How often a followed job is asked about, and for how long a silent service is borne with.</summary>
public sealed record FollowSettings
{
    /// <summary>Time between reads while something happens; above 0.</summary>
    public TimeSpan ShortestInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Time between reads after a while in which nothing happened.</summary>
    public TimeSpan LongestInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>As <see cref="LongestInterval"/>, once the job has been followed for <see cref="LongJob"/>.</summary>
    public TimeSpan LongestIntervalOfLongJob { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time after which a job counts as a long one.</summary>
    public TimeSpan LongJob { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Time without any answer after which following ends; the job itself goes on.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Failed reads of a log in a row, after the job has ended, before the rest of it is given up; at least 1.</summary>
    public int LogAttempts { get; init; } = 8;
}
