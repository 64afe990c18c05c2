using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace WorkspaceEmulator.Faults;

/// <summary>Takes the body of an answer and sends nothing, not even the headers. Its start is kept, the rest is counted.</summary>
internal sealed class HeldAnswer : IHttpResponseBodyFeature, IDisposable
{
    private readonly HeadStream _head;

    public HeldAnswer(int limit)
    {
        _head = new(limit);
        Writer = PipeWriter.Create(_head, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>The first bytes, at most the limit.</summary>
    public ReadOnlyMemory<byte> Start => _head.Start;

    /// <summary>Bytes of the whole body.</summary>
    public long Length => _head.Length;

    public Stream Stream => _head;
    public PipeWriter Writer { get; }

    public async Task CompleteAsync() => await Writer.CompleteAsync();

    public void Dispose() => _head.Dispose();

    public void DisableBuffering()
    {
        // Nothing is sent, and so nothing sooner.
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    private sealed class HeadStream(int limit) : Stream
    {
        private readonly MemoryStream _start = new();
        private long _length;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => _length;
        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }
        public ReadOnlyMemory<byte> Start => _start.GetBuffer().AsMemory(0, (int)_start.Length);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _start.Write(buffer[..(int)Math.Min(buffer.Length, limit - _start.Length)]);
            _length += buffer.Length;
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
            // It is all in memory.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _start.Dispose();
            base.Dispose(disposing);
        }
    }
}
