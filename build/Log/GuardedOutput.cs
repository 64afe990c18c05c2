using System.Buffers;
using System.Globalization;
using System.Text;
using Experiments.Text;

namespace Build.Log;

/// <summary>
/// Writes the lines of this process to a log that a pipeline's agent reads, each made harmless by <see cref="ForeignText"/>.
/// Everything passes here, whoever wrote it: Cake, libraries, jobs, Docker, error messages. Only <see cref="PipelineCommand"/> passes as it
/// is.
/// </summary>
/// <param name="output">The output of the process.</param>
/// <param name="commandToken">The secret that begins each line of <see cref="PipelineCommand"/>.</param>
/// <param name="isPipeline">Whether an agent reads the log; control characters are removed in any case.</param>
internal sealed class GuardedOutput(TextWriter output, string commandToken, bool isPipeline) : TextWriter
{
    /// <summary>The longest line that is shown, in characters; a job's own log file has it whole.</summary>
    public const int MaxLineLength = 65536;

    private readonly Lock gate = new();
    private readonly StringBuilder line = new();
    private readonly ArrayBufferWriter<char> finished = new(); // written at once, because the output flushes after each write
    private long length;
    private char previous;

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value)
    {
        lock (gate)
        {
            Take(value);
            WriteFinished();
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (gate)
        {
            while (buffer.IndexOfAny('\r', '\n') is var end and >= 0)
            {
                Append(buffer[..end]);
                Take(buffer[end]);
                buffer = buffer[(end + 1)..];
            }

            Append(buffer);
            WriteFinished();
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    /// <summary>Flushes the lines that have ended.</summary>
    public override void Flush()
    {
        lock (gate)
            output.Flush();
    }

    /// <summary>Writes what has no line end yet.</summary>
    public void Complete()
    {
        lock (gate)
        {
            if (length > 0)
                EndLine();
            WriteFinished();
            output.Flush();
        }
    }

    // The readers of logs begin a line after \n, \r\n and \r alone, which progress bars write.
    private void Take(char value)
    {
        if (value is '\r' || (value is '\n' && previous is not '\r'))
            EndLine();
        else if (value is not '\n')
            Append([value]);
        previous = value;
    }

    private void Append(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        previous = text[^1];
        length += text.Length;
        line.Append(text[..Math.Min(text.Length, MaxLineLength - line.Length)]);
    }

    private void EndLine()
    {
        var text = line.ToString();
        line.Clear();
        var isCommand = text.StartsWith(commandToken, StringComparison.Ordinal);
        finished.Write(isCommand ? text.AsSpan(commandToken.Length) : Harmless(text));
        if (length > MaxLineLength && !isCommand)
            finished.Write(string.Create(CultureInfo.InvariantCulture, $" … [cut: the line has {length} characters]"));
        finished.Write(output.NewLine);
        length = 0;
    }

    private void WriteFinished()
    {
        if (finished.WrittenCount == 0)
            return;
        output.Write(finished.WrittenSpan);
        finished.ResetWrittenCount();
    }

    private string Harmless(string text) => isPipeline ? ForeignText.Defuse(text) : ForeignText.StripControls(text);
}
