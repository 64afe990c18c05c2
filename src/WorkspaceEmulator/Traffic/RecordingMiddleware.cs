using System.Text;

namespace WorkspaceEmulator.Traffic;

/// <summary>Copies the start of the request and response bodies while traffic is recorded.</summary>
internal sealed class RecordingMiddleware(RequestDelegate next, TrafficRecorder recorder, ILogger<RecordingMiddleware> logger)
{
    private const int BodyLimit = 1024 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (recorder.File is null || IsLeftOut(context.Request.Path))
        {
            await next(context);
            return;
        }

        using var request = new CopyingStream(context.Request.Body);
        using var response = new CopyingStream(context.Response.Body);
        context.Request.Body = request;
        context.Response.Body = response;
        await next(context);
        try
        {
            await request.ReadRestAsync(context.RequestAborted);
            recorder.Write(context, request.Text(context.Request.ContentType), response.Text(context.Response.ContentType));
        }
        catch (IOException error)
        {
            logger.LogError(error, "An exchange could not be recorded."); // The response was already sent.
        }
    }

    // The emulator's own operations and pages, whose addresses can hold a token, and secrets of key vaults.
    private static bool IsLeftOut(PathString path) =>
        path.StartsWithSegments("/emulator", StringComparison.Ordinal)
        || path.StartsWithSegments("/studio", StringComparison.Ordinal)
        || path.StartsWithSegments("/keyvault", StringComparison.OrdinalIgnoreCase);

    private sealed class CopyingStream(Stream inner) : Stream
    {
        private readonly MemoryStream copy = new();
        private long total;

        public override bool CanRead => inner.CanRead;
        public override bool CanSeek => false;
        public override bool CanWrite => inner.CanWrite;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        // A body that is not text or is too long is described by its length.
        public string? Text(string? contentType) =>
            total == 0 ? null
            : total > BodyLimit || contentType?.StartsWith("application/octet-stream", StringComparison.Ordinal) == true
                ? $"({total} bytes)"
            : Encoding.UTF8.GetString(copy.GetBuffer(), 0, (int)copy.Length);

        /// <summary>Reads what the endpoint did not read, such as the body of a refused request, up to the length that is kept.</summary>
        public async Task ReadRestAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                while (total <= BodyLimit && await ReadAsync(buffer.AsMemory(), cancellationToken) > 0)
                {
                    // Reading copies.
                }
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The client did not wait for the response.
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            Keep(buffer.Span[..count]);
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Keep(buffer.Span);
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                copy.Dispose();
            base.Dispose(disposing);
        }

        private void Keep(ReadOnlySpan<byte> bytes)
        {
            total += bytes.Length;
            if (total <= BodyLimit)
                copy.Write(bytes);
        }
    }
}
