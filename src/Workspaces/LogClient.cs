using System.Net.Http.Headers;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces;

/// <summary>Reads parts of a log at a URL that carries its own signature.</summary>
/// <param name="pipeline">Without a credential: the bearer token is for the service, not for storage.</param>
internal sealed class LogClient(HttpPipeline pipeline)
{
    /// <summary>Most bytes asked for at once; bounds the memory when a long log is followed from its start.</summary>
    public const int PartLength = 4 * 1024 * 1024;

    /// <summary>Reads what the log holds from <paramref name="offset"/> on, at most <see cref="PartLength"/> bytes.</summary>
    /// <param name="url">From <c>logFiles</c> of the run's details.</param>
    /// <param name="offset">Bytes read before.</param>
    /// <param name="target">Takes the bytes; those that came before a connection broke stay in it.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>True when the log may hold more than was read.</returns>
    /// <exception cref="LogReplacedException">The log is shorter than <paramref name="offset"/>: it was begun anew.</exception>
    /// <exception cref="RequestFailedException">Any other answer; 401, 403 and 404 mean a URL that is no longer, or not yet, good.</exception>
    public async Task<bool> ReadAsync(Uri url, long offset, Stream target, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(url);
        message.Request.Headers.Add("Range", $"bytes={offset}-{offset + PartLength - 1}");
        message.BufferResponse = false;
        await pipeline.SendAsync(message, cancellationToken);

        var response = message.Response;
        switch (response.Status)
        {
            case 206:
                var (start, wholeLength) = ReadContentRange(response);
                await CopyAsync(response, offset - (start ?? offset), long.MaxValue, target, cancellationToken);
                return wholeLength is { } total && offset + target.Length < total;
            case 200: // the server does not do ranges: everything came
                return await CopyAsync(response, offset, PartLength, target, cancellationToken);
            case 416:
                return ReadContentRange(response).Total is { } length && length < offset ? throw new LogReplacedException() : false;
            default:
                throw await UnbufferedAnswers.FailAsync(response, cancellationToken);
        }
    }

    /// <summary>Copies the body without its first <paramref name="skip"/> bytes.</summary>
    /// <returns>True when it was longer than <paramref name="limit"/> allowed.</returns>
    private static async Task<bool> CopyAsync(Response response, long skip, long limit, Stream target, CancellationToken cancellationToken)
    {
        if (response.ContentStream is not { } content)
        {
            return false;
        }

        if (skip < 0)
        {
            throw new HttpIOException(HttpRequestError.InvalidResponse, "the answer begins after the byte asked for");
        }

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
                return true;
            }
        }

        return skip > 0 ? throw new LogReplacedException() : false;
    }

    // `bytes 100-199/1234`, `bytes 100-199/*` or `bytes */1234`: the first byte of the answer and the length of the whole, where they are told.
    private static (long? Start, long? Total) ReadContentRange(Response response) =>
        response.Headers.TryGetValue("Content-Range", out var text) && ContentRangeHeaderValue.TryParse(text, out var range)
            ? (range.From, range.Length)
            : (null, null);
}

/// <summary>A log became shorter than what was read of it: the job began it anew, after its node was lost, say.</summary>
internal sealed class LogReplacedException() : IOException("the log was begun anew");
