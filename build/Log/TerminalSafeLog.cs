using Cake.Core.Diagnostics;

namespace Build.Log;

/// <summary>Removes the control characters of messages before Cake adds the colours of a terminal.</summary>
internal sealed class TerminalSafeLog(ICakeLog log) : ICakeLog
{
    public Verbosity Verbosity
    {
        get => log.Verbosity;
        set => log.Verbosity = value;
    }

    public void Write(Verbosity verbosity, LogLevel level, string format, params object[] args)
    {
        if (verbosity > log.Verbosity)
            return;
        log.Write(verbosity, level, Lines(format), [.. args.Select(argument => argument is string text ? Lines(text) : argument)]);
    }

    // A message may have lines of its own, such as a list of faults.
    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => ForeignText.StripControls(line)));
}
