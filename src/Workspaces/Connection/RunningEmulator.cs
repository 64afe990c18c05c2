using Azure.Core;

namespace Workspaces.Connection;

/// <summary>How a running emulator came to be.</summary>
public enum EmulatorStart
{
    /// <summary>It ran already.</summary>
    Reused,

    /// <summary>It did not run and was started.</summary>
    Started,

    /// <summary>It ran an older build, had nothing to do, and was started anew.</summary>
    Restarted,
}

/// <summary>An emulator that listens.</summary>
/// <param name="Endpoint">Base of every request, such as <c>https://localhost:40123/</c>.</param>
/// <param name="CertificateThumbprint">SHA-256 of its certificate in hex, to be pinned.</param>
/// <param name="Credential">Reads its access token.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="Start">How it came to be.</param>
/// <param name="Note">What a person should know about it, such as an older build kept because a job runs; null when there is nothing.</param>
public sealed record RunningEmulator(
    Uri Endpoint,
    string CertificateThumbprint,
    TokenCredential Credential,
    int ProcessId,
    EmulatorStart Start,
    string? Note
)
{
    /// <summary>What runs its jobs: <c>process</c> or <c>docker</c>.</summary>
    public string Runtime { get; init; } = "process";

    /// <summary>Rules of the fault script that is active on it; 0 when there is none.</summary>
    public int FaultRules { get; init; }
}

/// <summary>What an emulator is doing.</summary>
/// <param name="Emulator">How to reach it.</param>
/// <param name="ActiveJobs">Jobs that have not ended.</param>
/// <param name="IdleTime">Time since the last request.</param>
/// <param name="RecordingFile">File its traffic is written to; null when it is not.</param>
public sealed record EmulatorState(RunningEmulator Emulator, int ActiveJobs, TimeSpan IdleTime, string? RecordingFile);
