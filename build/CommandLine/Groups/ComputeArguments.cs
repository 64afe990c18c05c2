using System.Globalization;

namespace Build.CommandLine.Groups;

/// <summary>The arguments of the cluster.</summary>
public sealed class ComputeArguments() : ArgumentGroup(Timeout)
{
    private const int MostMinutes = 1440;

    public static readonly Argument<TimeSpan?> Timeout = new(
        "compute-timeout",
        "MINUTES",
        "how long to wait for a new cluster; default 20",
        otherwise: null,
        Parse
    );

    private static TimeSpan? Parse(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= MostMinutes
            ? TimeSpan.FromMinutes(minutes)
            : throw new FormatException($"a whole number from 1 to {MostMinutes} (minutes)");
}
