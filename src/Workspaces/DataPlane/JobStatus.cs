namespace Workspaces.DataPlane;

/// <summary>Status of a job, by the service's names.</summary>
public enum JobStatus
{
    /// <summary>A status that this version does not know.</summary>
    Unknown,
    NotStarted,
    Starting,
    Provisioning,

    /// <summary>The environment is being prepared.</summary>
    Preparing,

    /// <summary>The job waits for nodes.</summary>
    Queued,
    Running,

    /// <summary>The command has ended and its outputs are being collected.</summary>
    Finalizing,
    CancelRequested,
    Completed,
    Failed,
    Canceled,

    /// <summary>The heartbeat is lost; the job may return to any earlier status.</summary>
    NotResponding,
    Paused,
}

/// <summary>Reads and classifies job statuses.</summary>
public static class JobStatuses
{
    /// <summary>Returns whether the status is final: Completed, Failed or Canceled.</summary>
    public static bool IsTerminal(this JobStatus status) => status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled;

    /// <summary>
    /// Converts the service's name of a status; <see cref="JobStatus.Unknown"/> for a name that this version does not know.
    /// </summary>
    public static JobStatus Parse(string? name) =>
        Enum.TryParse<JobStatus>(name, ignoreCase: true, out var status) && Enum.IsDefined(status) && !char.IsAsciiDigit(name![0])
            ? status
            : JobStatus.Unknown;
}
