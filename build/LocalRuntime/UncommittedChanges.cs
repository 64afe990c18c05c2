using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Experiments.Json;

namespace Build.LocalRuntime;

/// <summary>Packs the difference between a working tree and its commit into one variable of a job, and unpacks it.</summary>
/// <remarks>
/// A variable of a job can be read by everybody who may read the workspace, so that a difference which may hold a secret is not packed.
/// Files that git does not track are not part of it.
/// </remarks>
internal static partial class UncommittedChanges
{
    /// <summary>Longest packed text; Linux limits one variable to 128 KiB.</summary>
    private const int LongestPacked = 98_304; // characters

    private const int LongestUnpacked = 16 << 20; // bytes
    private const int LongestLine = 4096; // characters that are searched for secrets at once
    private const int LeastSecret = 16; // characters

    // Tokens that say by their first letters what they are: GitHub, AWS, Slack, Google, npm, PyPI, Azure DevOps and JSON web tokens.
    [GeneratedRegex(
        @"\b(gh[pousr]_[A-Za-z0-9]{20}|github_pat_[A-Za-z0-9_]{20}|AKIA[A-Z0-9]{12}|xox[abprs]-[A-Za-z0-9-]{10}|AIza[A-Za-z0-9_-]{30}"
            + @"|npm_[A-Za-z0-9]{30}|pypi-[A-Za-z0-9_-]{30}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8})|\bBearer\s+[A-Za-z0-9._~+/=-]{16}",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex KnownToken();

    // NAME = "value", NAME: value and the like.
    [GeneratedRegex(
        @"(?<key>[A-Za-z][A-Za-z0-9_.-]{2,60})[""']?\s*[:=]\s*[""']?(?<value>[A-Za-z0-9+/=_~-]{16,})",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Assignment();

    /// <summary>Packs a difference, as <c>git diff --binary</c> writes it.</summary>
    /// <returns>
    /// The text for the variable, or the reason why it is missing, as a clause without a full stop; both null where nothing differs.
    /// </returns>
    public static (string? Packed, string? Reason) Pack(byte[] diff)
    {
        ArgumentNullException.ThrowIfNull(diff);
        if (diff.Length == 0)
            return (null, null);
        if (FindSecret(Encoding.UTF8.GetString(diff)) is { } place)
            return (null, $"{place} looks like a secret");
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
            gzip.Write(diff);
        var text = Convert.ToBase64String(packed.ToArray());
        return text.Length <= LongestPacked
            ? (text, null)
            : (
                null,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"they are {text.Length / 1024} KiB when compressed, more than the {LongestPacked / 1024} KiB that a job can carry"
                )
            );
    }

    /// <summary>Unpacks what <see cref="Pack"/> packed; the text comes from a job, so it may be anything.</summary>
    /// <returns>Null when it is no such text.</returns>
    public static byte[]? Unpack(string packed)
    {
        ArgumentNullException.ThrowIfNull(packed);
        try
        {
            using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
            using var diff = new MemoryStream();
            var buffer = new byte[81920];
            while (gzip.Read(buffer) is > 0 and var count)
            {
                diff.Write(buffer, 0, count);
                if (diff.Length > LongestUnpacked)
                    return null;
            }

            return diff.ToArray();
        }
        catch (Exception error) when (error is FormatException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Returns the first line of a difference that may hold a secret, by its number and file; never the line itself.</summary>
    private static string? FindSecret(string diff)
    {
        var file = "";
        var number = 0;
        foreach (var line in diff.Split('\n'))
        {
            number++;
            if (line.StartsWith("diff --git ", StringComparison.Ordinal))
                file = line["diff --git ".Length..].Split(" b/")[^1];
            else if (IsSecret(line))
                return string.Create(CultureInfo.InvariantCulture, $"line {number} of the difference, in {file},");
        }

        return null;
    }

    private static bool IsSecret(string line)
    {
        for (var at = 0; at < line.Length; at += LongestLine / 2)
        {
            var part = line.Substring(at, Math.Min(LongestLine, line.Length - at));
            if (SecretWords.LooksLikeSecret(part) || KnownToken().IsMatch(part) || Assignment().Matches(part).Any(IsSecret))
                return true;
        }

        return false;
    }

    // `key = sorted_by_name` is code, `key = "q83vEjRWeJCrze8SNFZ4kA=="` is not.
    private static bool IsSecret(Match assignment)
    {
        var value = assignment.Groups["value"].Value;
        return SecretWords.IsSecretKey(assignment.Groups["key"].Value)
            && value.Length >= LeastSecret
            && value.Any(char.IsAsciiDigit)
            && value.Any(char.IsAsciiLetterUpper)
            && value.Any(char.IsAsciiLetterLower);
    }
}
