using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Runs;

namespace WorkspaceEmulator.Execution;

/// <summary>
/// Appends what an attempt writes to the job's log, and applies the fault script's rules about logs. Once the log cannot be written, the
/// rest is dropped, so that the job's processes are not blocked while they are ended.
/// </summary>
internal sealed class JobLog : WriteStream
{
    private readonly Run run;
    private readonly AttemptFaults faults;
    private readonly Action preempt;
    private readonly Action fail;
    private FileStream file;
    private long written;

    /// <param name="run">The job.</param>
    /// <param name="faults">What the fault script does to this attempt.</param>
    /// <param name="preempt">Called when the attempt's node must be taken away.</param>
    /// <param name="fail">Called when the log cannot be written any more.</param>
    public JobLog(Run run, AttemptFaults faults, Action preempt, Action fail)
    {
        (this.run, this.faults, this.preempt, this.fail) = (run, faults, preempt, fail);
        file = run.Files.OpenAppend(run.CommandLog);
    }

    /// <summary>Gets why the log could not be written; null while it can.</summary>
    public string? Failure { get; private set; }

    /// <summary>Gets the number of bytes that were written, over all rotations.</summary>
    public override long Length => written;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Failure is not null)
            return;
        try
        {
            Append(buffer);
        }
        catch (IOException error)
        {
            Failure = error.Message;
            fail();
        }
    }

    /// <summary>Renames the log and continues with an empty one.</summary>
    public void Rotate()
    {
        if (Failure is not null)
            return;
        file.Dispose();
        run.Artifacts.RotateLog(run.CommandLog);
        file = run.Files.OpenAppend(run.CommandLog);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private void Append(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            // A rotated log ends at the end of a line, however the output was split.
            var end = faults.RotatesLog ? buffer.IndexOf((byte)'\n') + 1 : 0;
            var part = end == 0 ? buffer : buffer[..end];
            buffer = buffer[part.Length..];
            file.Write(part);
            written += part.Length;
            if (faults.IsPreemptedAtLog(written))
                preempt();
            if (end > 0 && faults.IsRotated(file.Position))
                Rotate();
        }
    }
}
