using System.Globalization;
using System.Net.Sockets;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.Http;

/// <summary>
/// Retries requests of every pipeline of the project on 408, 429, 5xx and broken connections, after a growing delay or the one that the
/// service requests. A request is never retried where that could carry it out twice.
/// </summary>
/// <remarks>Replaces Azure.Core's own policy, which retries every method.</remarks>
internal sealed class RetryPolicy(RetrySettings settings) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Only asynchronous requests are supported.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        for (var retry = 1; ; retry++)
        {
            TimeSpan? wait;
            try
            {
                await ProcessNextAsync(message, pipeline);
                wait = DelayAfter(message, retry);
                if (wait is null)
                    return;

                message.Response.Dispose();
            }
            catch (Exception error) when (retry <= MaxRetriesAfter(error) && CanRetryAfter(error, message))
            {
                wait = settings.DelayBefore(retry);
            }
            catch (OperationCanceledException error) when (!message.CancellationToken.IsCancellationRequested)
            {
                throw new RequestFailedException(
                    0,
                    $"no byte arrived for {settings.TryTimeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s",
                    error
                );
            }

            await Task.Delay(wait.Value, settings.Time, message.CancellationToken);
            var context = message.ProcessingContext;
            context.RetryNumber = retry;
        }
    }

    /// <returns>The delay before the next try; null when the response is final.</returns>
    private TimeSpan? DelayAfter(HttpMessage message, int retry)
    {
        var response = message.Response;
        if (retry <= settings.MaxRetries && settings.Throttled(response, retry) is { } refusal)
            return refusal > settings.LongestRetryAfter ? null : refusal;
        if (retry > settings.MaxRetries || response.Status is not (408 or 429 or 500 or 502 or 503 or 504))
            return null;

        var asked = RetryAfter.Read(response.Headers);
        // Throttling refuses a request before it is processed; so does a 503 that says when to retry.
        var refused = response.Status == 429 || (response.Status == 503 && asked is not null);
        if (asked > settings.LongestRetryAfter || !(refused || RepeatableRequests.Contains(message.Request)))
            return null;

        var own = settings.DelayBefore(retry);
        return asked > own ? asked : own;
    }

    // A name that does not exist is mostly misspelled, and the person who wrote it waits. Two retries outlast a hiccup of the name service.
    private int MaxRetriesAfter(Exception error) =>
        error.GetBaseException() is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }
            ? Math.Min(settings.MaxRetries, 2)
            : settings.MaxRetries;

    private static bool CanRetryAfter(Exception error, HttpMessage message) =>
        error switch
        {
            _ when message.CancellationToken.IsCancellationRequested => false,
            RequestFailedException
            {
                Status: 0,
                InnerException: HttpRequestException { InnerException: System.Security.Authentication.AuthenticationException }
            } => false, // the next try meets the same certificate
            RequestFailedException
            {
                Status: 0,
                InnerException: HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError
                        or HttpRequestError.NameResolutionError
                        or HttpRequestError.ProxyTunnelError
                }
            } => true, // never sent
            RequestFailedException { Status: 0 } or IOException or OperationCanceledException => RepeatableRequests.Contains(
                message.Request
            ),
            _ => false,
        };
}
