namespace Workspaces.Errors;

/// <summary>
/// Something about the workspace that a person must know or mend. The message is ready to be shown as it is: it says where, what was found,
/// what must be, and what to do; it never holds a token, a key or a signature.
/// </summary>
/// <remarks>It carries no inner exception: those of the service clients repeat whole responses, which may hold signed URLs.</remarks>
public sealed class WorkspaceException : Exception
{
    /// <param name="message">One or more sentences for people.</param>
    /// <param name="status">HTTP status of the answer behind it; null when none came or none was asked for.</param>
    /// <param name="errorCode">The service's own error code, such as <c>ResourceNotFound</c>; null when it gave none.</param>
    public WorkspaceException(string message, int? status = null, string? errorCode = null)
        : base(message)
    {
        Status = status;
        ErrorCode = errorCode;
    }

    /// <summary>HTTP status of the answer behind it; null when none came or none was asked for.</summary>
    public int? Status { get; }

    /// <summary>The part of the message that says what was asked and answered, for a caller that knows better what to do; null when nothing was asked.</summary>
    internal string? Answer { get; init; }

    /// <summary>The service's own error code; null when it gave none.</summary>
    public string? ErrorCode { get; }
}
