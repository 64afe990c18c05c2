using Workspaces.DataPlane;

namespace Workspaces.Logs;

/// <summary>One thing that happened to a followed job.</summary>
public abstract record JobEvent;

/// <summary>The job has this status now. The terminal one is the last event of all.</summary>
/// <param name="Status">Unknown for a word that this version does not know; the job is followed on.</param>
/// <param name="Word">The service's own word.</param>
public sealed record JobStatusChanged(JobStatus Status, string Word) : JobEvent
{
    public JobStatusChanged(JobStatus status)
        : this(status, status.ToString()) { }

    /// <summary>The job ran and waits again: its node was taken away. It goes on under the same name, from its last checkpoint where it writes them.</summary>
    public bool SentBack { get; init; }
}

/// <summary>A line of a log.</summary>
/// <param name="File">Name in the job's artifacts, such as <c>user_logs/std_log.txt</c>.</param>
/// <param name="Text">The line without its end. Each rewrite of a progress line (carriage return) is a line.</param>
public sealed record JobLogLine(string File, string Text) : JobEvent;

/// <summary>The job has ended and the rest of a log could not be read.</summary>
/// <param name="File">Name in the job's artifacts.</param>
/// <param name="Reason">What the last attempt met, in words for people.</param>
public sealed record JobLogUnavailable(string File, string Reason) : JobEvent;
