using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.Http;

/// <summary>
/// Tracks which request a response or a transport error belongs to, so that a message can name it. A
/// <see cref="RequestFailedException"/> holds only the response.
/// </summary>
internal sealed class RequestTracker : HttpPipelinePolicy
{
    private static readonly ConditionalWeakTable<object, TrackedRequest> Tracked = [];

    /// <summary>Gets the request of a response or an exception; null when it is unknown.</summary>
    public static TrackedRequest? Of(object? outcome) =>
        outcome is not null && Tracked.TryGetValue(outcome, out var request) ? request : null;

    /// <summary>Gets method and URI of the request of a response or an exception, without secrets; null when it is unknown.</summary>
    public static string? RequestLineOf(object? outcome) => Of(outcome)?.Line;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception error) when (Track(error, message))
        {
            throw; // never reached: Track returns false
        }

        Track(message.Response, message);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (Exception error) when (Track(error, message))
        {
            throw; // never reached: Track returns false
        }

        Track(message.Response, message);
    }

    private static bool Track(object outcome, HttpMessage message)
    {
        var uri = message.Request.Uri.ToUri();
        Tracked.AddOrUpdate(
            outcome,
            new TrackedRequest(
                message.Request.Method.Method,
                new Uri(uri.GetLeftPart(UriPartial.Path)),
                $"{message.Request.Method} {Secrets.Show(uri)}",
                message.ProcessingContext.RetryNumber + 1
            )
        );
        return false;
    }
}

/// <summary>A request as messages name it.</summary>
/// <param name="Method">Such as <c>GET</c>.</param>
/// <param name="Address">Without its query.</param>
/// <param name="Line">Method and URI without secrets.</param>
/// <param name="Tries">Number of times that it was sent.</param>
internal sealed record TrackedRequest(string Method, Uri Address, string Line, int Tries);
