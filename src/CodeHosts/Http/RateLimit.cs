using System.Globalization;
using Azure;

namespace CodeHosts.Http;

/// <summary>Recognizes that GitHub refused a request for its rate, which it says by 403 as well as by 429.</summary>
internal static class RateLimit
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    /// <summary>Returns the wait before the next try; null when the response is not such a refusal.</summary>
    /// <param name="response">The response.</param>
    /// <param name="retry">Number of the retry, from 1.</param>
    /// <param name="now">The present, for a response without a date.</param>
    public static TimeSpan? WaitAfter(Response response, int retry, DateTimeOffset now)
    {
        if (response.Status is not (403 or 429))
            return null;
        if (Number(response, "retry-after") is { } seconds)
            return TimeSpan.FromSeconds(seconds);
        if (Number(response, "x-ratelimit-remaining") == 0 && Number(response, "x-ratelimit-reset") is { } reset)
        {
            var wait = DateTimeOffset.FromUnixTimeSeconds(reset) - (response.Headers.Date ?? now);
            return wait > TimeSpan.Zero ? wait + TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(1);
        }

        // The secondary limit may say nothing but its message. GitHub requires at least a minute, growing exponentially.
        return response.Status == 429 || Says(response, "rate limit") ? Shortest * Math.Pow(2, retry - 1) : null;
    }

    private static bool Says(Response response, string text) =>
        response.ContentStream is { CanSeek: true } && response.Content.ToString().Contains(text, StringComparison.OrdinalIgnoreCase);

    private static long? Number(Response response, string header) =>
        response.Headers.TryGetValue(header, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number < 10_000_000_000
            ? number
            : null;
}
