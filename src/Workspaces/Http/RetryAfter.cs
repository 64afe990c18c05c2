using System.Globalization;
using Azure.Core;

namespace Workspaces.Http;

/// <summary>Reads the wait that a service requests.</summary>
internal static class RetryAfter
{
    /// <returns>
    /// The wait from <c>retry-after-ms</c>, <c>x-ms-retry-after-ms</c> or <c>Retry-After</c>, in that order. A date is compared with the
    /// response's own <c>Date</c>, since this machine's clock may be wrong. Null when there is no usable value.
    /// </returns>
    public static TimeSpan? Read(ResponseHeaders headers)
    {
        foreach (var name in new[] { "retry-after-ms", "x-ms-retry-after-ms" })
        {
            if (headers.TryGetValue(name, out var text) && Number(text) is { } milliseconds)
                return TimeSpan.FromMilliseconds(milliseconds);
        }

        if (!headers.TryGetValue("Retry-After", out var value))
            return null;

        if (Number(value) is { } seconds)
            return TimeSpan.FromSeconds(seconds);

        return Date(value) is { } then && headers.TryGetValue("Date", out var sent) && Date(sent) is { } now
            ? then > now
                ? then - now
                : TimeSpan.Zero
            : null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Date(string text) =>
        DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
