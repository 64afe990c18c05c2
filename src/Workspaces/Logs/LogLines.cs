using System.Buffers;
using System.Text;

namespace Workspaces.Logs;

/// <summary>
/// Splits the bytes of a log into lines, in chunks of any size. A line ends at LF, CR LF or CR: each rewrite of a progress line is a
/// separate line.
/// Bytes are decoded when the line is complete, so that a character split between two chunks stays intact.
/// </summary>
internal sealed class LogLines
{
    private readonly ArrayBufferWriter<byte> line = new();
    private bool first = true;
    private bool rewritten; // a line ended with CR since the last LF: the LF after it ends no further line

    /// <summary>Adds bytes and passes each completed line to <paramref name="add"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes, Action<string> add)
    {
        while (bytes.IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0)
        {
            line.Write(bytes[..end]);
            End(bytes[end], add);
            bytes = bytes[(end + 1)..];
        }

        line.Write(bytes);
    }

    /// <summary>Passes the last line to <paramref name="add"/> when it has no line break.</summary>
    public void Finish(Action<string> add)
    {
        if (line.WrittenCount > 0)
            add(Take());

        rewritten = false;
    }

    private void End(byte end, Action<string> add)
    {
        var empty = line.WrittenCount == 0;
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
        var text = Encoding.UTF8.GetString(bytes);
        line.ResetWrittenCount();
        return text;
    }
}
