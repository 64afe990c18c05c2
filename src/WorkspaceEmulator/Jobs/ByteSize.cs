using System.Globalization;

namespace WorkspaceEmulator.Jobs;

/// <summary>
/// Reads sizes as Docker and Azure ML write them: a whole number and b, k, m or g in either case, each 1024 times the one before.
/// </summary>
internal static class ByteSize
{
    private const string Units = "bkmg";

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        if (text.Length == 0)
            return false;
        var unit = Units.IndexOf(char.ToLowerInvariant(text[^1]), StringComparison.Ordinal);
        var digits = unit < 0 ? text : text[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue >> 30)
            return false;
        bytes = number << (10 * Math.Max(unit, 0));
        return true;
    }

    /// <summary>Formats a size in the largest unit that leaves a whole number: <c>512 MiB</c>.</summary>
    public static string Format(long bytes)
    {
        string[] names = ["bytes", "KiB", "MiB", "GiB"];
        var unit = 0;
        while (unit < names.Length - 1 && bytes > 0 && bytes % 1024 == 0)
            (bytes, unit) = (bytes / 1024, unit + 1);
        return $"{bytes} {names[unit]}";
    }
}
