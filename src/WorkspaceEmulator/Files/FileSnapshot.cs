using Microsoft.Win32.SafeHandles;

namespace WorkspaceEmulator.Files;

/// <summary>Reads a file up to the length that it had when it was opened, so that a response has one length while the file grows.</summary>
internal sealed class FileSnapshot : Stream
{
    private readonly SafeFileHandle file;
    private readonly long length;
    private long position;

    /// <param name="file">The file, which this stream owns.</param>
    public FileSnapshot(SafeFileHandle file)
    {
        this.file = file;
        length = RandomAccess.GetLength(file);
        ModifiedAt = NativeFiles.FactsOf(file)?.ModifiedAt ?? default;
    }

    /// <summary>Gets the time of the last change of the content before it was opened.</summary>
    public DateTimeOffset ModifiedAt { get; }

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position
    {
        get => position;
        set => position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = RandomAccess.Read(file, buffer[..Left(buffer.Length)], position);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await RandomAccess.ReadAsync(file, buffer[..Left(buffer.Length)], position, cancellationToken);
        position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) =>
        position =
            offset
            + origin switch
            {
                SeekOrigin.Current => position,
                SeekOrigin.End => length,
                _ => 0,
            };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private int Left(int wanted) => (int)Math.Clamp(length - position, 0, wanted);
}
