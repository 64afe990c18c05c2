namespace Workspaces.Http;

/// <summary>How often and how patiently a request is sent again.</summary>
internal sealed record RetrySettings
{
    /// <summary>What every pipeline uses: five more tries, about 20 seconds of waiting in all.</summary>
    public static RetrySettings Default { get; } = new();

    /// <summary>One try of ten seconds: who asks decides how often.</summary>
    public static RetrySettings Once { get; } = new() { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(10) };

    /// <summary>Tries after the first one; 0 or more.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>Longest wait before the second try; it doubles with each further one.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(0.8);

    /// <summary>Where the doubling ends.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A service that asks to be left alone for longer than this is not waited for.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Time without a byte after which one try counts as failed.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Waits between tries.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Spreads the waits, so that many clients do not come back at once; gives numbers from 0 to 1.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>The wait before a try: half of it fixed, half of it drawn.</summary>
    /// <param name="retry">From 1.</param>
    public TimeSpan DelayBefore(int retry)
    {
        var longest = Math.Min(Delay.TotalMilliseconds * Math.Pow(2, retry - 1), LongestDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest / 2 * (1 + Jitter()));
    }
}
