using Azure;
using Azure.Identity;
using Workspaces.Http;

namespace Workspaces.Errors;

/// <summary>Converts exceptions of the service clients to a <see cref="WorkspaceException"/>. All such messages are created here.</summary>
internal static class ServiceErrors
{
    /// <summary>Runs <paramref name="call"/> and converts its errors to a <see cref="WorkspaceException"/>.</summary>
    /// <exception cref="WorkspaceException">The service refused, failed or did not respond.</exception>
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

    /// <summary>Returns whether the same request may succeed a little later.</summary>
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
            // The pipeline throws this when no try got a response. The request is tracked with it, not with the single tries.
            AggregateException { InnerExceptions: [.., var last] } => GotNoResponse(last)
                ? NoResponse(error, last)
                : Describe(last, cancellationToken),
            OperationCanceledException => cancellationToken.IsCancellationRequested ? null : NoResponse(error, error),
            RequestFailedException or IOException or HttpRequestException => NoResponse(error, error),
            _ => null,
        };

    /// <summary>Converts a failure to get a token.</summary>
    public static WorkspaceException Describe(AuthenticationFailedException error) =>
        new(
            error is SignInException
                ? error.Message
                : $"Signing in to Azure failed: {Secrets.Scrub(FirstLine(error.Message))} docs/identity.md says how to sign in."
        );

    private static bool GotNoResponse(Exception error) =>
        error is RequestFailedException failed ? failed.GetRawResponse() is null : error is IOException or HttpRequestException;

    private static WorkspaceException Describe(Response response, string? errorCode, TrackedRequest? request)
    {
        var (code, message) = ErrorBody.Read(response);
        code ??= errorCode ?? (response.Headers.TryGetValue("x-ms-error-code", out var named) ? named : null);
        message = message?.ReplaceLineEndings(" ");
        var remedy = Remedies.Find(
            new ErrorResponse(
                request,
                response.Status,
                code,
                message ?? "",
                LocationOf(response, request),
                UnexpectedResponsePolicy.IsWebPage(response),
                RetryAfter.Read(response.Headers)
            )
        );
        var said = Say(request, response, code, message);
        return new WorkspaceException(remedy is null ? said : $"{remedy} {said}", response.Status, code) { Answer = said };
    }

    // PUT {uri} returned 409 Conflict: {code}: {message} (request {x-ms-request-id}, 6 tries)
    private static string Say(TrackedRequest? request, Response response, string? code, string? message)
    {
        var reason = string.IsNullOrEmpty(response.ReasonPhrase) ? ReasonOf(response.Status) : response.ReasonPhrase;
        var summary = string.Join(
            ": ",
            new[] { $"{response.Status} {reason}".TrimEnd(), code, message }.Where(part => !string.IsNullOrEmpty(part))
        );
        var facts = string.Join(
            ", ",
            new[]
            {
                response.Headers.TryGetValue("x-ms-request-id", out var id) ? $"request {id}" : null,
                request is { Tries: > 1 } ? $"{request.Tries} tries" : null,
            }.Where(fact => fact is not null)
        );
        return $"{request?.Line ?? "The request"} returned {Secrets.Scrub(summary)}{(facts.Length > 0 ? $" ({facts})" : "")}";
    }

    private static Uri? LocationOf(Response response, TrackedRequest? request) =>
        response.Headers.TryGetValue("Location", out var location)
        && Uri.TryCreate(request?.Address ?? new Uri("https://localhost"), location, out var found)
            ? found
            : null;

    private static WorkspaceException NoResponse(Exception tracked, Exception error)
    {
        var request = RequestTracker.Of(tracked) ?? RequestTracker.Of(error);
        var cause = error is RequestFailedException { InnerException: OperationCanceledException }
            ? error.Message
            : error.GetBaseException().Message;
        var said =
            $"{request?.Line ?? "The request"} got no "
            + $"response{(request is { Tries: > 1 } ? $" in {request.Tries} tries" : "")}: {Secrets.Scrub(FirstLine(cause))}";
        var remedy = Remedies.FindForNoResponse(request?.Address, error);
        return new WorkspaceException(remedy is null ? said : $"{remedy} {said}") { Answer = said };
    }

    internal static string FirstLine(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length > 400 ? $"{line[..400]}…" : line.ToString();
    }

    // HTTP/2 and HTTP/3 have no reason phrase.
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
