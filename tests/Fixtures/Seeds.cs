using System.Globalization;

namespace Fixtures;

/// <summary>
/// The seeds of a random test. Each change runs the first few of them. The nightly run sets <c>NIGHTLY</c> and runs all. <c>SEED</c> runs
/// one.
/// </summary>
public static class Seeds
{
    /// <summary>Gets whether this is the nightly run, which has time for every case.</summary>
    public static bool IsNight => string.Equals(Environment.GetEnvironmentVariable("NIGHTLY"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the seeds, from 1 on.</summary>
    /// <param name="perChange">Number of seeds for each change.</param>
    /// <param name="perNight">Number of seeds for the nightly run; not fewer.</param>
    public static IEnumerable<int> Of(int perChange, int perNight)
    {
        if (Environment.GetEnvironmentVariable("SEED") is { Length: > 0 } one)
            return [int.Parse(one, CultureInfo.InvariantCulture)];
        return Enumerable.Range(1, IsNight ? perNight : perChange);
    }
}
