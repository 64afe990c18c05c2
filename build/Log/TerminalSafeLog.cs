using Cake.Core.Diagnostics;
using Experiments.Text;

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
        // A message may have lines of its own, such as a list of faults.
        var safe = args.Select(argument => argument is string text ? ForeignText.StripLines(text) : argument);
        log.Write(verbosity, level, ForeignText.StripLines(format), [.. safe]);
    }
}
