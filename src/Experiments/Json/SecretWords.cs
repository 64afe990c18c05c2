using System.Buffers;

namespace Experiments.Json;

/// <summary>
/// Recognizes keys and values that look like secrets, which must neither be in a configuration file nor be repeated in a message.
/// </summary>
public static class SecretWords
{
    /// <summary>Matches an address that carries a user name and perhaps a password, as in <c>https://user:password@host</c>.</summary>
    internal const string AddressWithUser = @"[a-z][a-z0-9+.-]*://[^/?#\s@]+@";

    private static readonly SearchValues<char> EndsOfUser = SearchValues.Create("/?#@ \t\r\n\v\f\u0085\u00a0");

    internal static readonly string[] InKeys =
    [
        "KEY",
        "SAS",
        "SASTOKEN",
        "PASSWORD",
        "PWD",
        "SECRET",
        "TOKEN",
        "CREDENTIAL",
        "CREDENTIALS",
    ];

    internal static readonly string[] InValues =
    [
        "AccountKey=",
        "SharedAccessKey=",
        "SharedAccessSignature",
        "sig=",
        "Password=",
        "-----BEGIN",
    ];

    /// <summary>True for <c>ACCOUNT_KEY</c>, <c>SasToken</c>, <c>CONNECTION_STRING</c> and the like.</summary>
    public static bool IsSecretKey(string key)
    {
        var spaced = string.Concat(
                key.Select(
                    (letter, index) => char.IsUpper(letter) && index > 0 && char.IsLower(key[index - 1]) ? "_" + letter : letter.ToString()
                )
            )
            .ToUpperInvariant();
        var compact = spaced.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return spaced.Split('_', '-', '.', ' ').Any(InKeys.Contains)
            || compact.Contains("CONNECTIONSTRING", StringComparison.Ordinal)
            || compact.EndsWith("PASSWORD", StringComparison.Ordinal)
            || compact.EndsWith("ACCOUNTKEY", StringComparison.Ordinal);
    }

    public static bool LooksLikeSecret(string value) =>
        InValues.Any(part => value.Contains(part, StringComparison.OrdinalIgnoreCase)) || HasAddressWithUser(value);

    // As AddressWithUser, which takes a time that grows with the square of the length.
    private static bool HasAddressWithUser(string value)
    {
        const string Mark = "://";
        for (
            var at = value.IndexOf(Mark, StringComparison.Ordinal);
            at >= 0;
            at = value.IndexOf(Mark, at + Mark.Length, StringComparison.Ordinal)
        )
        {
            var rest = value.AsSpan(at + Mark.Length);
            var user = rest.IndexOfAny(EndsOfUser);
            if (user > 0 && rest[user] == '@' && HasScheme(value.AsSpan(0, at)))
                return true;
        }

        return false;
    }

    // A letter with nothing but scheme characters between it and the end.
    private static bool HasScheme(ReadOnlySpan<char> before)
    {
        for (var at = before.Length - 1; at >= 0; at--)
        {
            if (char.IsAsciiLetter(before[at]))
                return true;
            if (!char.IsAsciiDigit(before[at]) && before[at] is not ('+' or '.' or '-'))
                return false;
        }

        return false;
    }
}
