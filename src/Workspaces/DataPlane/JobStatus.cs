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

    /// <summary>Returns whether a job with the status has no node yet, or none any more.</summary>
    public static bool WaitsForNode(this JobStatus status) =>
        status is JobStatus.NotStarted or JobStatus.Starting or JobStatus.Provisioning or JobStatus.Preparing or JobStatus.Queued;

    /// <summary>
    /// Returns whether a job that goes from one status to another has lost its node: Azure ML requeues it under the same name.
    /// </summary>
    public static bool LosesNode(this JobStatus from, JobStatus to) =>
        from is JobStatus.Running or JobStatus.Finalizing or JobStatus.NotResponding && to.WaitsForNode();

    /// <summary>
    /// Converts the service's name of a status; <see cref="JobStatus.Unknown"/> for a name that this version does not know.
    /// </summary>
    public static JobStatus Parse(string? name) =>
        Enum.TryParse<JobStatus>(name, ignoreCase: true, out var status) && Enum.IsDefined(status) && !char.IsAsciiDigit(name![0])
            ? status
            : JobStatus.Unknown;
}
