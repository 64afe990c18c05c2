using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Runs;

namespace WorkspaceEmulator.Execution;

/// <summary>Appends what an attempt writes to the job's log, and applies the fault script's rules about logs.</summary>
/// <param name="run">The job.</param>
/// <param name="faults">What the fault script does to this attempt.</param>
/// <param name="preempt">Called when the attempt's node must be taken away.</param>
internal sealed class JobLog(Run run, AttemptFaults faults, Action preempt) : Stream
{
    private FileStream file = Open(run);
    private long written;

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
        file.Dispose();
        run.Artifacts.RotateLog();
        file = Open(run);
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

    private static FileStream Open(Run run)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(run.UserLog)!);
        return new(run.UserLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }
}
