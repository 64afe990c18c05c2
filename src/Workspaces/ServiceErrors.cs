using System.Text.Json;
using Azure;
using Azure.Identity;

namespace Workspaces;

/// <summary>Turns what the service clients throw into a <see cref="WorkspaceException"/>; the one place where such messages are made.</summary>
internal static class ServiceErrors
{
    /// <summary>Runs <paramref name="call"/> and rethrows its errors in words for people.</summary>
    /// <exception cref="WorkspaceException">The service refused, failed or did not answer.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (Describe(error, cancellationToken) is not null)
        {
            throw Describe(error, cancellationToken)!;
        }
    }

    /// <summary>True when the same request may well succeed a little later.</summary>
    public static bool IsTransient(Exception error, CancellationToken cancellationToken) => error switch
    {
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        AuthenticationFailedException failed => SignInFaults.IsTransient(failed),
        AggregateException several => several.InnerExceptions.All(inner => IsTransient(inner, cancellationToken)),
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        IOException or HttpRequestException => true,
        _ => false,
    };

    public static WorkspaceException? Describe(Exception error, CancellationToken cancellationToken) => error switch
    {
        RequestFailedException failed when failed.GetRawResponse() is { } response => Describe(response, failed.ErrorCode),
        AuthenticationFailedException failed => SignInFaults.Describe(failed),
        // What the pipeline throws when no attempt had an answer; the request is noted with it, not with the single attempts.
        AggregateException { InnerExceptions: [.., var last] } => HadNoAnswer(last) ? NoAnswer(error, last) : Describe(last, cancellationToken),
        OperationCanceledException => cancellationToken.IsCancellationRequested ? null : NoAnswer(error, error),
        RequestFailedException or IOException or HttpRequestException => NoAnswer(error, error),
        _ => null,
    };

    private static bool HadNoAnswer(Exception error) => error is RequestFailedException failed ? failed.GetRawResponse() is null : error is IOException or HttpRequestException;

    private static WorkspaceException Describe(Response response, string? errorCode)
    {
        var (code, message) = ReadError(response);
        code ??= errorCode;
        var reason = string.IsNullOrEmpty(response.ReasonPhrase) ? ReasonOf(response.Status) : response.ReasonPhrase;
        var answer = string.Join(": ", new[] { $"{response.Status} {reason}".TrimEnd(), code, message }.Where(part => !string.IsNullOrEmpty(part)));
        var requestId = response.Headers.TryGetValue("x-ms-request-id", out var id) ? $" (request {id})" : "";
        var requestLine = RequestNotes.RequestLineOf(response) ?? "The request";
        return new WorkspaceException($"{requestLine} returned {Secrets.Scrub(answer)}{requestId}", response.Status, code);
    }

    private static WorkspaceException NoAnswer(Exception noted, Exception error)
    {
        var requestLine = RequestNotes.RequestLineOf(noted) ?? RequestNotes.RequestLineOf(error) ?? "The request";
        var cause = error is RequestFailedException { InnerException: OperationCanceledException } ? error.Message : error.GetBaseException().Message;
        return new WorkspaceException($"{requestLine} had no answer: {Secrets.Scrub(FirstLine(cause))}");
    }

    /// <summary>
    /// Code and message of an error body: ARM and run history wrap them in <c>error</c>, MLflow has <c>error_code</c>, and a long-running
    /// operation that failed carries <c>error</c> beside its status; a registry has a list, <c>errors</c>.
    /// </summary>
    internal static (string? Code, string? Message) ReadError(Response response)
    {
        if (response.ContentStream is not { CanSeek: true } || response.Content.ToMemory().IsEmpty)
        {
            return (null, null);
        }

        try
        {
            using var body = JsonDocument.Parse(response.Content);
            return ReadError(body.RootElement);
        }
        catch (JsonException)
        {
            // Not JSON: a proxy's page, say. Its first line is still worth more than nothing.
            return (null, FirstLine(response.Content.ToString()));
        }
    }

    internal static (string? Code, string? Message) ReadError(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return (null, null);
        }

        if (body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            return ReadError(error);
        }

        // A registry lists its errors; all of them are worth reading.
        if (body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0)
        {
            var items = errors.EnumerateArray().Select(item => ReadError(item)).ToList();
            return (items[0].Code, string.Join("; ", items.Select((item, index) => index == 0 ? item.Message : $"{item.Code}: {item.Message}")));
        }

        return (Text(body, "code") ?? Text(body, "error_code"), Text(body, "message"));
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static string FirstLine(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length > 400 ? $"{line[..400]}…" : line.ToString();
    }

    // HTTP/2 and HTTP/3 carry no reason phrase.
    private static string ReasonOf(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        412 => "Precondition Failed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    };
}
