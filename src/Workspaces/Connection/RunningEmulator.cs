using Azure.Core;

namespace Workspaces.Connection;

/// <summary>How a running emulator was obtained.</summary>
public enum EmulatorStart
{
    /// <summary>It was already running.</summary>
    Reused,

    /// <summary>It was not running and was started.</summary>
    Started,

    /// <summary>It ran an older build or another runtime, had no active job, and was restarted.</summary>
    Restarted,
}

/// <summary>A running emulator.</summary>
/// <param name="Endpoint">Base address of requests, such as <c>https://localhost:40123/</c>.</param>
/// <param name="CertificateThumbprint">SHA-256 of its certificate, in hex, for pinning.</param>
/// <param name="Credential">Reads its access token.</param>
/// <param name="ProcessId">Id of its process.</param>
/// <param name="Start">How it was obtained.</param>
/// <param name="Note">A notice to show, such as an older build kept because a job is active; null without one.</param>
public sealed record RunningEmulator(
    Uri Endpoint,
    string CertificateThumbprint,
    TokenCredential Credential,
    int ProcessId,
    EmulatorStart Start,
    string? Note
)
{
    /// <summary>Gets the runtime of its jobs: <c>process</c> or <c>docker</c>.</summary>
    public string Runtime { get; init; } = "process";

    /// <summary>Returns whether its process lives.</summary>
    internal Func<bool> IsAlive { get; init; } = () => true;

    /// <summary>Gets the number of rules of its active fault script; 0 without one.</summary>
    public int FaultRules { get; init; }
}

/// <summary>The activity of a running emulator.</summary>
/// <param name="Emulator">The emulator.</param>
/// <param name="ActiveJobs">Number of jobs that have not ended.</param>
/// <param name="IdleTime">Time since the last request.</param>
/// <param name="RecordingFile">File to which its traffic is recorded; null when it is not.</param>
public sealed record EmulatorState(RunningEmulator Emulator, int ActiveJobs, TimeSpan IdleTime, string? RecordingFile);
