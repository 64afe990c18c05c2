using Azure;

namespace Workspaces.Http;

/// <summary>Sets the number of retries of a request, and the delays between them.</summary>
/// <remarks>A value outside its range throws an <see cref="ArgumentOutOfRangeException"/>.</remarks>
internal sealed record RetrySettings
{
    /// <summary>
    /// Gets the settings of every pipeline: five retries, about 20 seconds of delay in all. A host that does not exist is retried twice.
    /// </summary>
    public static RetrySettings Default { get; } = new();

    /// <summary>Gets the settings for one try of ten seconds, for a caller that decides about retries itself.</summary>
    public static RetrySettings Once { get; } = new() { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(10) };

    /// <summary>Gets the maximum number of retries after the first try.</summary>
    /// <value>At least 0; 5 by default.</value>
    public int MaxRetries
    {
        get;
        init => field = SettingRange.AtLeast(value, 0);
    } = 5;

    /// <summary>Gets the longest delay before the first retry; it doubles with each further retry.</summary>
    /// <value>At least 0; 0.8 seconds by default.</value>
    public TimeSpan Delay
    {
        get;
        init => field = SettingRange.AtLeast(value, TimeSpan.Zero);
    } = TimeSpan.FromSeconds(0.8);

    /// <summary>Gets the upper limit of the doubled delay.</summary>
    /// <value>At least 0; 30 seconds by default.</value>
    public TimeSpan LongestDelay
    {
        get;
        init => field = SettingRange.AtLeast(value, TimeSpan.Zero);
    } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the longest <c>Retry-After</c> that is respected. A request is not retried when the service requests more.</summary>
    /// <value>At least 0; 2 minutes by default.</value>
    public TimeSpan LongestRetryAfter
    {
        get;
        init => field = SettingRange.AtLeast(value, TimeSpan.Zero);
    } = TimeSpan.FromMinutes(2);

    /// <summary>Gets the time without a byte after which one try counts as failed.</summary>
    /// <value>Above 0; 100 seconds by default.</value>
    public TimeSpan TryTimeout
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromSeconds(100);

    /// <summary>Gets the timers of the delays.</summary>
    /// <value>The system's by default.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets the source of jitter, which keeps many clients from retrying at the same moment.</summary>
    /// <value>Returns numbers from 0 to 1; random by default.</value>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>
    /// Gets the function that recognizes throttling that the status does not show. It returns the wait, and null for any other response.
    /// </summary>
    /// <value>Takes the response and the number of the retry, from 1; recognizes nothing by default.</value>
    public Func<Response, int, TimeSpan?> Throttled { get; init; } = (_, _) => null;

    /// <summary>Returns the delay before a retry: half of it fixed, half of it jitter.</summary>
    /// <param name="retry">Number of the retry, from 1.</param>
    public TimeSpan DelayBefore(int retry)
    {
        var longest = Math.Min(Delay.TotalMilliseconds * Math.Pow(2, retry - 1), LongestDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest / 2 * (1 + Jitter()));
    }
}
