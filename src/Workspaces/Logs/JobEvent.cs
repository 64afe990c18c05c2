using Workspaces.DataPlane;

namespace Workspaces.Logs;

/// <summary>An event of a followed job.</summary>
public abstract record JobEvent;

/// <summary>The status of the job changed. The final status is the last event.</summary>
/// <param name="Status">Unknown for a status that this version does not know; following continues.</param>
/// <param name="Word">Name of the status by the service.</param>
public sealed record JobStatusChanged(JobStatus Status, string Word) : JobEvent
{
    /// <summary>Creates an event for a status that this version knows.</summary>
    public JobStatusChanged(JobStatus status)
        : this(status, status.ToString()) { }

    /// <summary>
    /// Gets whether the job was running and waits again because it lost its node. It resumes under the same name, from its last checkpoint
    /// if it writes any.
    /// </summary>
    public bool SentBack { get; init; }
}

/// <summary>A line of a log.</summary>
/// <param name="File">Name in the job's artifacts, such as <c>user_logs/std_log.txt</c>.</param>
/// <param name="Text">The line without its line break. Each rewrite of a progress line (carriage return) is a line.</param>
public sealed record JobLogLine(string File, string Text) : JobEvent;

/// <summary>The rest of a log could not be read after the job ended.</summary>
/// <param name="File">Name in the job's artifacts.</param>
/// <param name="Reason">Error of the last read, as a message to show.</param>
public sealed record JobLogUnavailable(string File, string Reason) : JobEvent;
