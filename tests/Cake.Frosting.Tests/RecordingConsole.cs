using System.Text;
using Cake.Core;

namespace Cake.Frosting.Tests;

/// <summary>A console that keeps what is written to it, without colours.</summary>
internal sealed class RecordingConsole : IConsole
{
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly StringBuilder all = new();

    public string Output => output.ToString().ReplaceLineEndings("\n");

    public string Error => error.ToString().ReplaceLineEndings("\n");

    /// <summary>Output and errors in the order in which they were written.</summary>
    public string All => all.ToString().ReplaceLineEndings("\n");

    public ConsoleColor ForegroundColor { get; set; }

    public ConsoleColor BackgroundColor { get; set; }

    public bool SupportAnsiEscapeCodes => false;

    public void Write(string value) => Add(output, value);

    public void Write(string format, params object[] arg) => Add(output, string.Format(null, format, arg));

    public void WriteLine(string value) => Add(output, value + Environment.NewLine);

    public void WriteLine(string format, params object[] arg) => Add(output, string.Format(null, format, arg) + Environment.NewLine);

    public void WriteError(string value) => Add(error, value);

    public void WriteError(string format, params object[] arg) => Add(error, string.Format(null, format, arg));

    public void WriteErrorLine(string value) => Add(error, value + Environment.NewLine);

    public void WriteErrorLine(string format, params object[] arg) => Add(error, string.Format(null, format, arg) + Environment.NewLine);

    public void ResetColor()
    {
        ForegroundColor = default;
        BackgroundColor = default;
    }

    private void Add(StringBuilder stream, string text)
    {
        stream.Append(text);
        all.Append(text);
    }
}
