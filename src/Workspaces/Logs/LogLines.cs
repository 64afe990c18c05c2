using System.Buffers;
using System.Globalization;
using System.Text;

namespace Workspaces.Logs;

/// <summary>
/// Splits the bytes of a log into lines, in chunks of any size. A line ends at LF, CR LF or CR: each rewrite of a progress line is a
/// separate line.
/// Bytes are decoded when the line is complete, so that a character split between two chunks stays intact.
/// A long line is cut, so that no line costs more memory than <see cref="LongestLine"/>; its file has it whole.
/// </summary>
internal sealed class LogLines
{
    /// <summary>
    /// The most bytes of a line that are passed on, its mark included: those that the host's output shows beside a prefix.
    /// </summary>
    public const int LongestLine = (64 * 1024) - 64;

    private const int LongestMark = 128;

    private readonly ArrayBufferWriter<byte> line = new();
    private long length; // of the whole line
    private bool first = true;
    private bool rewritten; // a line ended with CR since the last LF: the LF after it ends no further line

    /// <summary>Adds bytes and passes each completed line to <paramref name="add"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes, Action<string> add)
    {
        while (bytes.IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0)
        {
            Write(bytes[..end]);
            End(bytes[end], add);
            bytes = bytes[(end + 1)..];
        }

        Write(bytes);
    }

    /// <summary>Passes the last line to <paramref name="add"/> when it has no line break.</summary>
    public void Finish(Action<string> add)
    {
        if (length > 0)
            add(Take());

        rewritten = false;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        length += bytes.Length;
        line.Write(bytes[..Math.Min(bytes.Length, LongestLine - line.WrittenCount)]);
    }

    private void End(byte end, Action<string> add)
    {
        var empty = length == 0;
        if (end == '\r')
        {
            if (!empty)
            {
                add(Take());
                rewritten = true;
            }

            return;
        }

        if (!empty || !rewritten)
            add(Take());

        rewritten = false;
    }

    private string Take()
    {
        var bytes = line.WrittenSpan;
        if (first && bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];

        first = false;
        var text = length <= LongestLine ? Encoding.UTF8.GetString(bytes) : Cut(bytes);
        line.ResetWrittenCount();
        length = 0;
        return text;
    }

    private string Cut(ReadOnlySpan<byte> bytes)
    {
        var end = LongestLine - LongestMark;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) // within a character
            end--;
        var mark = string.Create(CultureInfo.InvariantCulture, $" … [cut: the line has {length} bytes; the job's log file has it whole]");
        return Encoding.UTF8.GetString(bytes[..end]) + mark;
    }
}
