using System.Runtime.CompilerServices;

namespace Workspaces.Http;

/// <summary>Validates the values of settings.</summary>
internal static class SettingRange
{
    /// <summary>Returns a value that is at least the minimum.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below the minimum; the message names the setting.</exception>
    public static T AtLeast<T>(T value, T minimum, [CallerMemberName] string setting = "")
        where T : IComparable<T> =>
        value.CompareTo(minimum) >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"{setting} is {value}; it must be at least {minimum}.");

    /// <summary>Returns a time above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is 0 or below; the message names the setting.</exception>
    public static TimeSpan AboveZero(TimeSpan value, [CallerMemberName] string setting = "") =>
        value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), $"{setting} is {value}; it must be above 0.");
}
