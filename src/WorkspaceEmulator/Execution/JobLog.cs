using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Runs;

namespace WorkspaceEmulator.Execution;

/// <summary>
/// Appends what an attempt writes to the job's log, and applies the fault script's rules about logs. Once the log cannot be written, the
/// rest is dropped, so that the job's processes are not blocked while they are ended.
/// </summary>
internal sealed class JobLog : Stream
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

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => written;
    public override long Position
    {
        get => written;
        set => throw new NotSupportedException();
    }

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

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
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

    public override void Flush()
    {
        // Nothing is buffered.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

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
