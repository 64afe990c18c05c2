using System.Security.Cryptography;
using System.Text;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>
/// Derives ids and suffixes from texts: always the same ones, but not those of Azure, whose algorithms are not published.
/// </summary>
internal static class StandIns
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int SuffixLength = 13;

    /// <summary>Returns 13 lower-case letters and digits, as <c>uniqueString</c> does.</summary>
    public static string UniqueString(IEnumerable<string> texts) =>
        string.Concat(Hash("uniqueString", texts).Take(SuffixLength).Select(value => Alphabet[value % Alphabet.Length]));

    /// <summary>Returns a GUID, as <c>guid</c> does.</summary>
    public static string Guid(IEnumerable<string> texts) => new Guid(Hash("guid", texts).AsSpan(0, 16)).ToString();

    private static byte[] Hash(string purpose, IEnumerable<string> texts) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', texts.Prepend(purpose))));
}
