using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.Http;

/// <summary>
/// Decides for every pipeline of the project when a request is sent again: on 408, 429, 5xx and broken connections, after a growing wait or the
/// one the service asks for, and never where a second time would do something a second time.
/// </summary>
/// <remarks>It takes the place of Azure.Core's own policy, which repeats every method.</remarks>
internal sealed class RetryPolicy(RetrySettings settings) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Requests are asynchronous here.");

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
                {
                    return;
                }

                message.Response.Dispose();
            }
            catch (Exception error) when (retry <= settings.MaxRetries && CanRepeatAfter(error, message))
            {
                wait = settings.DelayBefore(retry);
            }
            catch (OperationCanceledException error) when (!message.CancellationToken.IsCancellationRequested)
            {
                throw new RequestFailedException(
                    0,
                    $"no byte came for {settings.TryTimeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s",
                    error
                );
            }

            await Task.Delay(wait.Value, settings.Time, message.CancellationToken);
            var context = message.ProcessingContext;
            context.RetryNumber = retry;
        }
    }

    /// <returns>Null when the answer stands.</returns>
    private TimeSpan? DelayAfter(HttpMessage message, int retry)
    {
        var response = message.Response;
        if (retry > settings.MaxRetries || response.Status is not (408 or 429 or 500 or 502 or 503 or 504))
        {
            return null;
        }

        var asked = RetryAfter.Read(response.Headers);
        // Throttling refuses a request before it is looked at; so does a 503 that says when to come back.
        var refused = response.Status == 429 || (response.Status == 503 && asked is not null);
        if (asked > settings.LongestRetryAfter || !(refused || RepeatableRequests.Contains(message.Request)))
        {
            return null;
        }

        var own = settings.DelayBefore(retry);
        return asked > own ? asked : own;
    }

    private static bool CanRepeatAfter(Exception error, HttpMessage message) =>
        error switch
        {
            _ when message.CancellationToken.IsCancellationRequested => false,
            RequestFailedException
            {
                Status: 0,
                InnerException: HttpRequestException { InnerException: System.Security.Authentication.AuthenticationException }
            } => false, // the same certificate again
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
