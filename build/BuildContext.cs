using Cake.Core;
using Cake.Core.Diagnostics;
using Cake.Frosting;

namespace Build;

/// <summary>The context of every target: the paths of the checkout, the log, and the cancellation of the run.</summary>
public sealed class BuildContext : FrostingContext, IDisposable
{
    private readonly CancellationOnSignal signal = new();

    /// <param name="context">Cake's own context.</param>
    public BuildContext(ICakeContext context)
        : base(context) { }

    /// <summary>Absolute path of the repository: the working directory of the run.</summary>
    public string Root => Environment.WorkingDirectory.FullPath;

    /// <summary>The folder of stage records, logs, reports and fetched models.</summary>
    public string ArtifactsFolder => System.IO.Path.Combine(Root, "artifacts");

    /// <summary>The folder of this checkout's own state, such as the emulator's and the demo dataset.</summary>
    public string LocalFolder => System.IO.Path.Combine(Root, ".local");

    /// <summary>Cancelled by Ctrl-C or SIGTERM.</summary>
    public CancellationToken Cancellation => signal.Token;

    public void Dispose() => signal.Dispose();

    /// <summary>Writes a line to the log as it is.</summary>
    public void Say(string text) => Write(Verbosity.Normal, LogLevel.Information, text);

    /// <summary>Writes a line at every verbosity, because a program reads it.</summary>
    internal void SayAlways(string text) => Write(Verbosity.Quiet, LogLevel.Information, text);

    /// <summary>Writes a warning: a person should see it although the run continues.</summary>
    public void Warn(string text) => Write(Verbosity.Minimal, LogLevel.Warning, text);

    /// <summary>Writes an error.</summary>
    public void SayFault(string text) => Write(Verbosity.Quiet, LogLevel.Error, text);

    // Cake colours arguments differently, so in colour the text is the format. Cake parses a format in a microsecond per character: without
    // colour, as in a pipeline with millions of lines, the text is an argument.
    private void Write(Verbosity verbosity, LogLevel level, string text)
    {
        if (IsPlain)
            Log.Write(verbosity, level, "{0}", text);
        else
            Log.Write(verbosity, level, text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
    }

    private bool IsPlain => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
