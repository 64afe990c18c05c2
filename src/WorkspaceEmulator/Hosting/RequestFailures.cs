using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Hosting;

/// <summary>Responds to requests that ended in an exception.</summary>
internal static class RequestFailures
{
    /// <summary>Gets how exceptions become responses. Only what the emulator cannot explain to the client is in its output.</summary>
    public static ExceptionHandlerOptions Options { get; } =
        new()
        {
            ExceptionHandler = RespondAsync,
            SuppressDiagnosticsCallback = failed => Explain(failed.HttpContext, failed.Exception) is not null,
        };

    private static Task RespondAsync(HttpContext context)
    {
        var response = Explain(context, context.Features.Get<IExceptionHandlerFeature>()?.Error);
        response ??= ArmErrors.Of(500, "InternalServerError", "The emulator failed on this request; its output says why.");
        return response.ExecuteAsync(context);
    }

    private static JsonHttpResult<ArmErrorResponse>? Explain(HttpContext context, Exception? failure) =>
        failure switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ArmErrors.Of(
                StatusCodes.Status413PayloadTooLarge,
                "RequestEntityTooLarge",
                $"The body is larger than this operation accepts; it must have at most {BodyLimits.Describe(context)}."
            ),
            BadHttpRequestException error => ArmErrors.Of(error.StatusCode, "BadRequest", error.Message),
            // The server reports the size of a chunk in this way when 32 bits do not hold it.
            IOException { InnerException: OverflowException } error => ArmErrors.BadRequest(error.Message, "BadRequest"),
            RegexMatchTimeoutException => ArmErrors.BadRequest("A text of the request takes too long to read; simplify it."),
            RefusedPathException error => ArmErrors.Conflict($"{error.Message} Remove what the job left there."),
            AzuriteException error => ArmErrors.Of(StatusCodes.Status501NotImplemented, "NotImplemented", error.Message),
            IOException error when IsFull(error) => ArmErrors.Of(
                StatusCodes.Status507InsufficientStorage,
                "InsufficientStorage",
                $"The emulator could not store this: {error.Message}. Free space there and repeat the request."
            ),
            _ => null,
        };

    // .NET reports the operating system's error number in this place.
    private static bool IsFull(IOException error) =>
        error.HResult is NativeFiles.NoSpace or NativeFiles.QuotaExceeded or NativeFiles.ReadOnlyFileSystem;
}
