namespace Workspaces.Errors;

/// <summary>
/// An error of the workspace that a person must fix. The message can be shown as it is: it names the place, the
/// value found, the rule, and the fix. It never holds a token, a key or a signature.
/// </summary>
/// <remarks>There is no inner exception: those of the service clients repeat whole responses, which may hold signed URLs.</remarks>
public sealed class WorkspaceException : Exception
{
    /// <param name="message">One or more sentences to show.</param>
    /// <param name="status">HTTP status of the response; null when there was no response or no request.</param>
    /// <param name="errorCode">Error code of the service, such as <c>ResourceNotFound</c>; null without one.</param>
    public WorkspaceException(string message, int? status = null, string? errorCode = null)
        : base(message)
    {
        Status = status;
        ErrorCode = errorCode;
    }

    /// <summary>Gets the HTTP status of the response; null when there was no response or no request.</summary>
    public int? Status { get; }

    /// <summary>
    /// Gets the part of the message about request and response, for a caller that adds its own remedy; null when there was no request.
    /// </summary>
    internal string? Answer { get; init; }

    /// <summary>Gets the error code of the service; null without one.</summary>
    public string? ErrorCode { get; }
}
