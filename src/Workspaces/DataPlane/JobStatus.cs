namespace Workspaces.DataPlane;

/// <summary>Status of a job, in the service's own words.</summary>
public enum JobStatus
{
    /// <summary>A word this version does not know.</summary>
    Unknown,
    NotStarted,
    Starting,
    Provisioning,

    /// <summary>The environment is being prepared.</summary>
    Preparing,

    /// <summary>Waits for nodes.</summary>
    Queued,
    Running,

    /// <summary>The command has ended; outputs are being collected.</summary>
    Finalizing,
    CancelRequested,
    Completed,
    Failed,
    Canceled,

    /// <summary>The heartbeat is lost; the job may come back to any earlier status.</summary>
    NotResponding,
    Paused,
}

public static class JobStatuses
{
    /// <summary>True for Completed, Failed and Canceled, after which nothing changes.</summary>
    public static bool IsTerminal(this JobStatus status) => status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled;

    /// <summary>The status the service names; <see cref="JobStatus.Unknown"/> for a word this version does not know.</summary>
    public static JobStatus Parse(string? name) =>
        Enum.TryParse<JobStatus>(name, ignoreCase: true, out var status) && Enum.IsDefined(status) && !char.IsAsciiDigit(name![0])
            ? status
            : JobStatus.Unknown;
}
