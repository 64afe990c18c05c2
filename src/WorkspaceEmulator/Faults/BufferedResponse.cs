using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using WorkspaceEmulator.Files;

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
    public long Length => head.Total;

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

    private sealed class HeadStream(int limit) : WriteStream
    {
        private readonly MemoryStream start = new();

        /// <summary>Gets the number of bytes of the whole body.</summary>
        public long Total { get; private set; }

        public ReadOnlyMemory<byte> Start => start.GetBuffer().AsMemory(0, (int)start.Length);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            start.Write(buffer[..(int)Math.Min(buffer.Length, limit - start.Length)]);
            Total += buffer.Length;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                start.Dispose();
            base.Dispose(disposing);
        }
    }
}
