namespace WorkspaceEmulator.Runs;

/// <summary>States of a job, those of the service that the emulator uses, with its spelling.</summary>
internal enum RunStatus
{
    NotStarted,
    Queued,
    Preparing,
    Running,
    Finalizing,
    CancelRequested,
    Completed,
    Failed,
    Canceled,
}

internal static class RunStatusExtensions
{
    public static bool IsTerminal(this RunStatus status) => status is RunStatus.Completed or RunStatus.Failed or RunStatus.Canceled;

    /// <summary>MLflow's word for a status.</summary>
    public static string ToMlflow(this RunStatus status) =>
        status switch
        {
            RunStatus.Completed => "FINISHED",
            RunStatus.Failed => "FAILED",
            RunStatus.Canceled => "KILLED",
            RunStatus.NotStarted or RunStatus.Queued => "SCHEDULED",
            _ => "RUNNING",
        };

    /// <summary>Reads MLflow's word for a status; null for an unknown one.</summary>
    public static RunStatus? FromMlflow(string? status) =>
        status switch
        {
            "FINISHED" => RunStatus.Completed,
            "FAILED" => RunStatus.Failed,
            "KILLED" => RunStatus.Canceled,
            "SCHEDULED" => RunStatus.Queued,
            "RUNNING" => RunStatus.Running,
            _ => null,
        };
}
