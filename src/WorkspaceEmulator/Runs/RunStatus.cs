namespace WorkspaceEmulator.Runs;

/// <summary>Lists the states of a job that the emulator uses, spelled as the service spells them.</summary>
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

    /// <summary>Converts a status to MLflow's.</summary>
    public static string ToMlflow(this RunStatus status) =>
        status switch
        {
            RunStatus.Completed => "FINISHED",
            RunStatus.Failed => "FAILED",
            RunStatus.Canceled => "KILLED",
            RunStatus.NotStarted or RunStatus.Queued => "SCHEDULED",
            _ => "RUNNING",
        };

    /// <summary>Converts a status from MLflow's; null for an unknown one.</summary>
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
