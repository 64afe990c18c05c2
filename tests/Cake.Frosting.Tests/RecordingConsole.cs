using System.Text;
using Cake.Core;

namespace Cake.Frosting.Tests;

/// <summary>A console that keeps what is written to it, without colours.</summary>
internal sealed class RecordingConsole : IConsole
{
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();

    public string Output => output.ToString().ReplaceLineEndings("\n");

    public string Error => error.ToString().ReplaceLineEndings("\n");

    public ConsoleColor ForegroundColor { get; set; }

    public ConsoleColor BackgroundColor { get; set; }

    public bool SupportAnsiEscapeCodes => false;

    public void Write(string value) => output.Append(value);

    public void Write(string format, params object[] arg) => output.AppendFormat(null, format, arg);

    public void WriteLine(string value) => output.AppendLine(value);

    public void WriteLine(string format, params object[] arg) => output.AppendFormat(null, format, arg).AppendLine();

    public void WriteError(string value) => error.Append(value);

    public void WriteError(string format, params object[] arg) => error.AppendFormat(null, format, arg);

    public void WriteErrorLine(string value) => error.AppendLine(value);

    public void WriteErrorLine(string format, params object[] arg) => error.AppendFormat(null, format, arg).AppendLine();

    public void ResetColor()
    {
        ForegroundColor = default;
        BackgroundColor = default;
    }
}
