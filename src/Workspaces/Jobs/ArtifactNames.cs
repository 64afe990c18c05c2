using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Workspaces.Jobs;

/// <summary>Chooses the local names of a job's artifacts.</summary>
/// <remarks>
/// A job names its artifacts as it likes. The local names are possible on every platform, whichever fetches them, so that a pipeline can
/// publish the folder and a person can unpack it on Windows: no reserved name, no name over 255 bytes, and no two names that differ in case
/// only. A changed name keeps what it can; where two artifacts would have one name, a hash of the path tells them apart. Names of this
/// program's own get such a hash too: beside the job's folders are the records of the stages, which later stages believe and replace, and
/// the folder of Replay.
/// </remarks>
internal sealed class ArtifactNames
{
    private const int LongestName = 255; // bytes
    private const int LongestExtension = 20; // characters
    private const int HashDigits = 8;
    private const char Instead = '_';

    // What Windows and the artifact store of GitHub Actions do not allow, beside control characters.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\:*?\"<>|");

    private const string Replay = "replay";

    private static readonly HashSet<string> Reserved = new(
        [
            "CON",
            "PRN",
            "AUX",
            "NUL",
            "CONIN$",
            "CONOUT$",
            .. Enumerable.Range(0, 10).SelectMany(number => new[] { $"COM{number}", $"LPT{number}" }),
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private readonly HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> folders = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="paths">Every path of the job's artifacts, so that no file gets the name of a folder.</param>
    public ArtifactNames(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var parts = Parts(path);
            for (var count = 1; count < parts.Length; count++)
                folders.Add(string.Join('/', parts[..count]));
        }
    }

    /// <summary>Returns the local path of an artifact, relative to the target folder, with slashes. Call it once per artifact.</summary>
    /// <returns>Null when the path leads outside the folder.</returns>
    public string? Choose(string path)
    {
        if (path.Length == 0 || path[0] == '/' || path.Split('/').Contains("..", StringComparer.Ordinal))
            return null;
        var parts = Parts(path);
        var name = string.Join('/', parts);
        for (var attempt = 0; folders.Contains(name) || !taken.Add(name); attempt++)
        {
            parts[^1] = Shorten(parts[^1], Hash(attempt == 0 ? path : $"{path}\n{attempt}"));
            name = string.Join('/', parts);
        }

        return name;
    }

    private static string[] Parts(string path)
    {
        var given = path.Split('/');
        string[] parts = [.. given.Select(Portable)];
        // A folder of that name would be in the way of the record, so that the next stage could not write it.
        if (parts[0].EndsWith(".json", StringComparison.OrdinalIgnoreCase) || parts[0].Equals(Replay, StringComparison.OrdinalIgnoreCase))
            parts[0] = Shorten(parts[0], Hash(given[0]));
        return parts;
    }

    private static string Portable(string name)
    {
        var text = name.AsSpan().ContainsAny(Forbidden) || !IsPlain(name) ? Replace(name) : name;
        var end = text.AsSpan().TrimEnd("._ ").Length;
        // Windows drops dots and spaces at the end; `.` alone is the folder itself.
        if (text.Length == 0 || text[^1] is '.' or ' ')
            text = text[..end] + new string(Instead, Math.Max(1, text.Length - end));
        if (Reserved.Contains(text.Split('.')[0].TrimEnd()))
            text = Instead + text;
        return Encoding.UTF8.GetByteCount(text) <= LongestName ? text : Shorten(text, Hash(name));
    }

    private static bool IsPlain(string name) => name.All(letter => letter >= ' ' && letter != '\u007f' && !char.IsSurrogate(letter));

    private static string Replace(string name)
    {
        var kept = new StringBuilder(name.Length);
        for (var at = 0; at < name.Length; at++)
        {
            if (at + 1 < name.Length && char.IsSurrogatePair(name[at], name[at + 1]))
                kept.Append(name, at++, 2);
            else if (name[at] < ' ' || name[at] == '\u007f' || char.IsSurrogate(name[at]) || Forbidden.Contains(name[at]))
                kept.Append(Instead);
            else
                kept.Append(name[at]);
        }

        return kept.ToString();
    }

    // `weights~0a1b2c3d.pth`: the beginning, the hash, and the extension.
    private static string Shorten(string name, string hash)
    {
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= LongestExtension ? name[dot..] : "";
        var ending = $"~{hash}{extension}";
        var room = LongestName - Encoding.UTF8.GetByteCount(ending);
        var stem = new StringBuilder();
        foreach (var rune in name[..(name.Length - extension.Length)].EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                break;
            stem.Append(rune.ToString());
        }

        return stem + ending;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashDigits];
}
