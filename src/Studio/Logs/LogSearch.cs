using System.Buffers;
using System.Text;

namespace Studio.Logs;

/// <summary>
/// Finds text in a log without loading it: it reads blocks that overlap by the length of the text. Letters of ASCII match in either case.
/// </summary>
public static class LogSearch
{
    /// <summary>The most bytes that one search reads.</summary>
    public const long MostBytes = 512L * 1024 * 1024;

    /// <summary>The longest text that can be searched for, in bytes.</summary>
    public const int LongestText = 1000;
    private const int Block = 1024 * 1024;
    private const int LongestShown = 500; // characters
    private static readonly byte[][] Errors =
    [
        .. new[] { "traceback (most recent call last)", "error:", "segmentation fault", "fault:", "faults:" }.Select(
            Encoding.ASCII.GetBytes
        ),
    ];

    /// <summary>Finds the matches from a place on, towards the end.</summary>
    /// <param name="log">The log, which can seek.</param>
    /// <param name="text">The text; not empty.</param>
    /// <param name="from">The first place at which a match may begin.</param>
    /// <param name="limit">The most matches.</param>
    public static LogMatches Next(Stream log, string text, long from, int limit)
    {
        ArgumentNullException.ThrowIfNull(log);
        var needle = Lower(Encoding.UTF8.GetBytes(text));
        var size = log.Length;
        var stop = Math.Min(size, Math.Clamp(from, 0, size) + MostBytes);
        var found = new List<long>();
        var scannedTo = stop;
        foreach (var offset in Forward(log, needle, Math.Clamp(from, 0, size), stop))
        {
            found.Add(offset);
            if (found.Count < limit)
                continue;
            scannedTo = offset + 1;
            break;
        }

        return new([.. found.Select(offset => new LogMatch(offset, LineAt(log, offset)))], scannedTo, size);
    }

    /// <summary>Finds the matches from a place back, towards the beginning.</summary>
    /// <inheritdoc cref="Next" path="/param"/>
    public static LogMatches Previous(Stream log, string text, long from, int limit)
    {
        ArgumentNullException.ThrowIfNull(log);
        var needle = Lower(Encoding.UTF8.GetBytes(text));
        var size = log.Length;
        var found = new List<long>();
        var end = Math.Min(Math.Clamp(from, -1, size) + needle.Length, size); // behind the last byte of the last possible match
        var stop = Math.Max(end - MostBytes, 0);
        var scannedTo = stop;
        var block = ArrayPool<byte>.Shared.Rent(Block + LongestText);
        try
        {
            while (end - stop >= needle.Length && found.Count < limit)
            {
                var start = Math.Max(stop, end - Block);
                var window = block.AsSpan(0, Fill(log, block, start, (int)(end - start)));
                while (found.Count < limit && window.LastIndexOf(needle) is >= 0 and var place)
                {
                    found.Add(start + place);
                    window = window[..(place + needle.Length - 1)];
                }

                if (start == stop)
                    break;
                end = start + needle.Length - 1;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        if (found.Count == limit && found.Count > 0)
            scannedTo = Math.Max(found[^1] - 1, 0);
        return new([.. found.Select(offset => new LogMatch(offset, LineAt(log, offset)))], scannedTo, size);
    }

    /// <summary>Returns the place of the first line that looks like an error; null when no line does.</summary>
    public static long? FirstError(Stream log)
    {
        ArgumentNullException.ThrowIfNull(log);
        long? first = null;
        foreach (var needle in Errors)
        {
            foreach (var offset in Forward(log, needle, 0, Math.Min(first + needle.Length - 1 ?? log.Length, MostBytes)))
            {
                if (needle[0] == 'f' && !BeginsAWord(log, offset)) // "default:" is no fault.
                    continue;
                first = offset;
                break;
            }
        }

        return first;
    }

    private static IEnumerable<long> Forward(Stream log, byte[] needle, long from, long stop)
    {
        var block = ArrayPool<byte>.Shared.Rent(Block + LongestText);
        try
        {
            for (var start = from; stop - start >= needle.Length; start += Block)
            {
                var count = Fill(log, block, start, (int)Math.Min(Block + needle.Length - 1, stop - start));
                var at = 0;
                while (block.AsSpan(at, count - at).IndexOf(needle) is >= 0 and var place)
                {
                    yield return start + at + place;
                    at += place + 1;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static int Fill(Stream log, byte[] block, long start, int count)
    {
        log.Position = start;
        var read = log.ReadAtLeast(block.AsSpan(0, count), count, throwOnEndOfStream: false);
        Lower(block.AsSpan(0, read));
        return read;
    }

    private static bool BeginsAWord(Stream log, long offset)
    {
        if (offset == 0)
            return true;
        log.Position = offset - 1;
        return !char.IsAsciiLetter((char)log.ReadByte());
    }

    private static string LineAt(Stream log, long offset)
    {
        var start = Math.Max(0, offset - (LongestShown / 2));
        var window = LogWindow.Read(log, start, LongestShown * 4).Content.Span;
        var place = (int)(offset - start);
        var lineStart = window[..place].LastIndexOf((byte)'\n') + 1;
        var rest = window[lineStart..];
        var end = rest[(place - lineStart)..].IndexOf((byte)'\n');
        var text = Encoding.UTF8.GetString(end < 0 ? rest : rest[..(place - lineStart + end)]);
        if (text.Length <= LongestShown)
            return text;
        return text[..(char.IsHighSurrogate(text[LongestShown - 1]) ? LongestShown - 1 : LongestShown)];
    }

    private static byte[] Lower(byte[] bytes)
    {
        Lower(bytes.AsSpan());
        return bytes;
    }

    // Vectorized as far as the text is ASCII; bytes of other characters stay.
    private static void Lower(Span<byte> bytes)
    {
        while (bytes.Length > 0 && Ascii.ToLowerInPlace(bytes, out var done) == OperationStatus.InvalidData)
        {
            bytes = bytes[done..];
            while (bytes.Length > 0 && bytes[0] >= 0x80)
                bytes = bytes[1..];
        }
    }
}
