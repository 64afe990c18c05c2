using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.Http;

/// <summary>
/// Remembers which request a response or a transport error belongs to, so that a message can name it: a
/// <see cref="RequestFailedException"/> carries the response alone.
/// </summary>
internal sealed class RequestTracker : HttpPipelinePolicy
{
    private static readonly ConditionalWeakTable<object, TrackedRequest> Noted = [];

    /// <summary>The request behind <paramref name="answer"/> (a response or an exception); null when it is not known.</summary>
    public static TrackedRequest? Of(object? answer) => answer is not null && Noted.TryGetValue(answer, out var note) ? note : null;

    /// <summary>Method and URI of the request behind <paramref name="answer"/>, without secrets; null when it is not known.</summary>
    public static string? RequestLineOf(object? answer) => Of(answer)?.Line;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception error) when (Note(error, message))
        {
            throw; // never reached: Note only looks on
        }

        Note(message.Response, message);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (Exception error) when (Note(error, message))
        {
            throw; // never reached: Note only looks on
        }

        Note(message.Response, message);
    }

    private static bool Note(object answer, HttpMessage message)
    {
        var uri = message.Request.Uri.ToUri();
        Noted.AddOrUpdate(
            answer,
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

/// <summary>A request, for messages.</summary>
/// <param name="Method">Such as <c>GET</c>.</param>
/// <param name="Address">Without its query.</param>
/// <param name="Line">Method and URI without secrets.</param>
/// <param name="Tries">How often it was sent.</param>
internal sealed record TrackedRequest(string Method, Uri Address, string Line, int Tries);
