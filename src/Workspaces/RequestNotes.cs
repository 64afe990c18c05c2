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
    private static readonly ConditionalWeakTable<object, Notes> Noted = [];

    /// <summary>Method and URI of the request behind <paramref name="answer"/> (a response or an exception), without secrets; null when it is not known.</summary>
    public static string? RequestLineOf(object? answer) =>
        answer is not null && Noted.TryGetValue(answer, out var notes) ? notes.Line : null;

    /// <summary>How often the request behind <paramref name="answer"/> was sent; 1 when it is not known.</summary>
    public static int TriesOf(object? answer) => answer is not null && Noted.TryGetValue(answer, out var notes) ? notes.Tries : 1;

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
        Noted.AddOrUpdate(answer, new Notes($"{message.Request.Method} {Secrets.Show(message.Request.Uri.ToUri())}", message.ProcessingContext.RetryNumber + 1));
        return false;
    }

    private sealed record Notes(string Line, int Tries);
}
