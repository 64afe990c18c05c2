using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces;

/// <summary>
/// Remembers which request a response or a transport error belongs to, so that a message can name it: a
/// <see cref="RequestFailedException"/> carries the response alone.
/// </summary>
internal sealed class RequestNotes : HttpPipelinePolicy
{
    private static readonly ConditionalWeakTable<object, string> RequestLines = [];

    /// <summary>Method and URI of the request behind <paramref name="answer"/> (a response or an exception), without secrets; null when it is not known.</summary>
    public static string? RequestLineOf(object? answer) =>
        answer is not null && RequestLines.TryGetValue(answer, out var line) ? line : null;

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
        RequestLines.AddOrUpdate(answer, $"{message.Request.Method} {Secrets.Show(message.Request.Uri.ToUri())}");
        return false;
    }
}
