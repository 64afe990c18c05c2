using System.Runtime.InteropServices;

namespace Build;

/// <summary>Cancels a token on the first Ctrl-C or SIGTERM; the second one ends the process as the system would.</summary>
internal sealed class CancellationOnSignal : IDisposable
{
    /// <summary>The exit code of a run that a signal ended, as shells know it of Ctrl-C.</summary>
    public const int ExitCode = 130;

    private static volatile bool happened;

    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];

    public CancellationOnSignal()
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
    }

    /// <summary>Whether a signal has cancelled a run of this process.</summary>
    public static bool Happened => happened;

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        if (source.IsCancellationRequested)
            return;
        signal.Cancel = true;
        happened = true;
        source.Cancel();
    }
}
