using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace WorkspaceEmulator.Faults;

/// <summary>Buffers the start of a response body, counts the rest, and sends nothing, not even the headers.</summary>
internal sealed class BufferedResponse : IHttpResponseBodyFeature, IDisposable
{
    private readonly HeadStream head;

    public BufferedResponse(int limit)
    {
        head = new(limit);
        Writer = PipeWriter.Create(head, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>Gets the first bytes, at most the limit.</summary>
    public ReadOnlyMemory<byte> Start => head.Start;

    /// <summary>Gets the number of bytes of the whole body.</summary>
    public long Length => head.Length;

    public Stream Stream => head;
    public PipeWriter Writer { get; }

    public async Task CompleteAsync() => await Writer.CompleteAsync();

    public void Dispose() => head.Dispose();

    public void DisableBuffering()
    {
        // Nothing is sent.
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    private sealed class HeadStream(int limit) : Stream
    {
        private readonly MemoryStream start = new();
        private long length;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => length;
        public override long Position
        {
            get => length;
            set => throw new NotSupportedException();
        }
        public ReadOnlyMemory<byte> Start => start.GetBuffer().AsMemory(0, (int)start.Length);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            start.Write(buffer[..(int)Math.Min(buffer.Length, limit - start.Length)]);
            length += buffer.Length;
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

        public override void Flush()
        {
            // All of it is in memory.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                start.Dispose();
            base.Dispose(disposing);
        }
    }
}
