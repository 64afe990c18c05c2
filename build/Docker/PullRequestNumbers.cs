using System.Globalization;
using Cake.Core;

namespace Build.Docker;

/// <summary>Reads the argument <c>--open-pull-requests</c>.</summary>
internal static class PullRequestNumbers
{
    /// <summary>Reads numbers separated by commas, or <c>none</c>.</summary>
    /// <returns>Null when the argument is not given.</returns>
    /// <exception cref="CakeException">The value is neither.</exception>
    public static IReadOnlySet<int>? Parse(string? text)
    {
        if (text is null)
            return null;
        var numbers = new HashSet<int>();
        foreach (var part in text is "none" ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new CakeException($"--open-pull-requests is \"{text}\"; it must be numbers with commas between them, or none.");
            numbers.Add(number);
        }

        return numbers;
    }
}
