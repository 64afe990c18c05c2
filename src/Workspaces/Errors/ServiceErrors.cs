using Azure;
using Azure.Identity;
using Workspaces.Http;

namespace Workspaces.Errors;

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
    public static bool IsTransient(Exception error, CancellationToken cancellationToken) =>
        error switch
        {
            RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
            AuthenticationFailedException failed => failed is SignInException { IsTransient: true },
            AggregateException several => several.InnerExceptions.All(inner => IsTransient(inner, cancellationToken)),
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            IOException or HttpRequestException => true,
            _ => false,
        };

    public static WorkspaceException? Describe(Exception error, CancellationToken cancellationToken) =>
        error switch
        {
            RequestFailedException failed when failed.GetRawResponse() is { } response => Describe(
                response,
                failed.ErrorCode,
                RequestTracker.Of(response) ?? RequestTracker.Of(failed)
            ),
            AuthenticationFailedException failed => Describe(failed),
            // What the pipeline throws when no attempt had an answer; the request is noted with it, not with the single attempts.
            AggregateException { InnerExceptions: [.., var last] } => HadNoAnswer(last)
                ? NoAnswer(error, last)
                : Describe(last, cancellationToken),
            OperationCanceledException => cancellationToken.IsCancellationRequested ? null : NoAnswer(error, error),
            RequestFailedException or IOException or HttpRequestException => NoAnswer(error, error),
            _ => null,
        };

    /// <summary>Converts what reached a client instead of a token to words for people.</summary>
    public static WorkspaceException Describe(AuthenticationFailedException error) =>
        new(
            error is SignInException
                ? error.Message
                : $"Signing in to Azure failed: {Secrets.Scrub(FirstLine(error.Message))} docs/identity.md says how to sign in."
        );

    private static bool HadNoAnswer(Exception error) =>
        error is RequestFailedException failed ? failed.GetRawResponse() is null : error is IOException or HttpRequestException;

    private static WorkspaceException Describe(Response response, string? errorCode, TrackedRequest? note)
    {
        var (code, message) = ErrorBody.Read(response);
        code ??= errorCode ?? (response.Headers.TryGetValue("x-ms-error-code", out var named) ? named : null);
        message = message?.ReplaceLineEndings(" ");
        var remedy = Remedies.Find(
            new ErrorResponse(
                note,
                response.Status,
                code,
                message ?? "",
                LocationOf(response, note),
                UnexpectedResponsePolicy.IsWebPage(response),
                RetryAfter.Read(response.Headers)
            )
        );
        var said = Say(note, response, code, message);
        return new WorkspaceException(remedy is null ? said : $"{remedy} {said}", response.Status, code) { Answer = said };
    }

    // PUT {uri} returned 409 Conflict: {code}: {message} (request {x-ms-request-id}, 6 tries)
    private static string Say(TrackedRequest? note, Response response, string? code, string? message)
    {
        var reason = string.IsNullOrEmpty(response.ReasonPhrase) ? ReasonOf(response.Status) : response.ReasonPhrase;
        var answer = string.Join(
            ": ",
            new[] { $"{response.Status} {reason}".TrimEnd(), code, message }.Where(part => !string.IsNullOrEmpty(part))
        );
        var facts = string.Join(
            ", ",
            new[]
            {
                response.Headers.TryGetValue("x-ms-request-id", out var id) ? $"request {id}" : null,
                note is { Tries: > 1 } ? $"{note.Tries} tries" : null,
            }.Where(fact => fact is not null)
        );
        return $"{note?.Line ?? "The request"} returned {Secrets.Scrub(answer)}{(facts.Length > 0 ? $" ({facts})" : "")}";
    }

    private static Uri? LocationOf(Response response, TrackedRequest? note) =>
        response.Headers.TryGetValue("Location", out var location)
        && Uri.TryCreate(note?.Address ?? new Uri("https://localhost"), location, out var found)
            ? found
            : null;

    private static WorkspaceException NoAnswer(Exception noted, Exception error)
    {
        var note = RequestTracker.Of(noted) ?? RequestTracker.Of(error);
        var cause = error is RequestFailedException { InnerException: OperationCanceledException }
            ? error.Message
            : error.GetBaseException().Message;
        var said =
            $"{note?.Line ?? "The request"} had no answer{(note is { Tries: > 1 } ? $" in {note.Tries} tries" : "")}: {Secrets.Scrub(FirstLine(cause))}";
        var remedy = Remedies.FindForSilence(note?.Address, error);
        return new WorkspaceException(remedy is null ? said : $"{remedy} {said}") { Answer = said };
    }

    internal static string FirstLine(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length > 400 ? $"{line[..400]}…" : line.ToString();
    }

    // HTTP/2 and HTTP/3 carry no reason phrase.
    private static string ReasonOf(int status) =>
        status switch
        {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            408 => "Request Timeout",
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
