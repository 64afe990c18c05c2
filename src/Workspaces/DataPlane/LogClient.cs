using System.Buffers;
using System.Net.Http.Headers;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.Http;

namespace Workspaces.DataPlane;

/// <summary>Reads parts of a log from a signed URL.</summary>
/// <param name="pipeline">Sends no credential: the bearer token is for the service, not for storage.</param>
internal sealed class LogClient(HttpPipeline pipeline)
{
    /// <summary>Maximum number of bytes per request; bounds the memory when a long log is read from its start.</summary>
    public const int PartLength = 4 * 1024 * 1024;

    /// <summary>Reads at most <paramref name="length"/> bytes of the log from <paramref name="offset"/>.</summary>
    /// <param name="url">Signed URL from <c>logFiles</c> of the run's details.</param>
    /// <param name="offset">Number of bytes already read.</param>
    /// <param name="length">At most <see cref="PartLength"/>.</param>
    /// <param name="target">Receives the bytes; those that arrived before a connection broke stay in it.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="RequestFailedException">Any other response; 401, 403 and 404 mean a URL that has expired or does not work
    /// yet.</exception>
    public async Task<LogEnd> ReadAsync(
        Uri url,
        long offset,
        int length,
        ArrayBufferWriter<byte> target,
        CancellationToken cancellationToken
    )
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(url);
        message.Request.Headers.Add("Range", $"bytes={offset}-{offset + length - 1}");
        message.BufferResponse = false;
        await pipeline.SendAsync(message, cancellationToken);

        var response = message.Response;
        switch (response.Status)
        {
            case 206:
                var (start, total) = ReadContentRange(response);
                var end = await CopyAsync(response, offset - (start ?? offset), length, target, cancellationToken);
                return end == LogEnd.Reached && total is { } whole && whole > offset + target.WrittenCount && target.WrittenCount > 0
                    ? LogEnd.NotReached
                    : end;
            case 200: // the server ignores ranges and sent everything
                return await CopyAsync(response, offset, length, target, cancellationToken);
            case 416:
                return ReadContentRange(response).Total is { } now && now < offset ? LogEnd.Shorter : LogEnd.Reached;
            default:
                throw await BufferedError.CreateAsync(response, cancellationToken);
        }
    }

    /// <summary>Copies the body without its first <paramref name="skip"/> bytes.</summary>
    private static async Task<LogEnd> CopyAsync(
        Response response,
        long skip,
        long limit,
        IBufferWriter<byte> target,
        CancellationToken cancellationToken
    )
    {
        if (skip < 0)
            throw new HttpIOException(HttpRequestError.InvalidResponse, "the response begins after the requested byte");

        var content = response.ContentStream ?? Stream.Null;
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            var from = (int)Math.Min(skip, read);
            skip -= from;
            var room = (int)Math.Min(read - from, limit);
            target.Write(buffer.AsSpan(from, room));
            limit -= room;
            if (room < read - from)
                return LogEnd.NotReached;
        }

        return skip > 0 ? LogEnd.Shorter : LogEnd.Reached;
    }

    // `bytes 100-199/1234`, `bytes 100-199/*` or `bytes */1234`: the first byte of the response and the length of the whole, where given.
    private static (long? Start, long? Total) ReadContentRange(Response response) =>
        response.Headers.TryGetValue("Content-Range", out var text) && ContentRangeHeaderValue.TryParse(text, out var range)
            ? (range.From, range.Length)
            : (null, null);
}

/// <summary>The end of a read of a log.</summary>
internal enum LogEnd
{
    /// <summary>The log has more bytes.</summary>
    NotReached,

    /// <summary>The log had no more bytes at that moment.</summary>
    Reached,

    /// <summary>
    /// The log is shorter than the bytes already read: another log has its name now, or the response came from a stale cache.
    /// </summary>
    Shorter,
}
