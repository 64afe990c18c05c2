using System.Net.Http.Headers;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.Http;

namespace Workspaces.DataPlane;

/// <summary>Reads parts of a log at a URL that carries its own signature.</summary>
/// <param name="pipeline">Without a credential: the bearer token is for the service, not for storage.</param>
internal sealed class LogClient(HttpPipeline pipeline)
{
    /// <summary>Most bytes asked for at once; bounds the memory when a long log is followed from its start.</summary>
    public const int PartLength = 4 * 1024 * 1024;

    /// <summary>Reads what the log holds from <paramref name="offset"/> on, at most <paramref name="length"/> bytes.</summary>
    /// <param name="url">From <c>logFiles</c> of the run's details.</param>
    /// <param name="offset">Bytes read before.</param>
    /// <param name="length">At most <see cref="PartLength"/>.</param>
    /// <param name="target">Takes the bytes; those that came before a connection broke stay in it.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="RequestFailedException">Any other answer; 401, 403 and 404 mean a URL that is no longer, or not yet, good.</exception>
    public async Task<LogEnd> ReadAsync(Uri url, long offset, int length, Stream target, CancellationToken cancellationToken)
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
                return end == LogEnd.Reached && total is { } whole && whole > offset + target.Length && target.Length > 0
                    ? LogEnd.NotReached
                    : end;
            case 200: // the server does not do ranges: everything came
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
        Stream target,
        CancellationToken cancellationToken
    )
    {
        if (skip < 0)
        {
            throw new HttpIOException(HttpRequestError.InvalidResponse, "the answer begins after the byte asked for");
        }

        var content = response.ContentStream ?? Stream.Null;
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            var from = (int)Math.Min(skip, read);
            skip -= from;
            var room = (int)Math.Min(read - from, limit);
            target.Write(buffer, from, room);
            limit -= room;
            if (room < read - from)
            {
                return LogEnd.NotReached;
            }
        }

        return skip > 0 ? LogEnd.Shorter : LogEnd.Reached;
    }

    // `bytes 100-199/1234`, `bytes 100-199/*` or `bytes */1234`: the first byte of the answer and the length of the whole, where they are told.
    private static (long? Start, long? Total) ReadContentRange(Response response) =>
        response.Headers.TryGetValue("Content-Range", out var text) && ContentRangeHeaderValue.TryParse(text, out var range)
            ? (range.From, range.Length)
            : (null, null);
}

/// <summary>Where in a log a read ended.</summary>
internal enum LogEnd
{
    /// <summary>It holds more.</summary>
    NotReached,

    /// <summary>It held no more at that moment.</summary>
    Reached,

    /// <summary>It is shorter than what was read of it before: another log has its name now, or the answer came from a cache that lags.</summary>
    Shorter,
}
