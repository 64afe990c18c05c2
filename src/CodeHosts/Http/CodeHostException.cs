namespace CodeHosts.Http;

/// <summary>
/// The code host refused or did not respond. The message can be shown as it is: it says what was requested, what came back and what to do,
/// and holds no token.
/// </summary>
/// <param name="message">One or more sentences.</param>
/// <param name="status">HTTP status of the response; null when there was none.</param>
public sealed class CodeHostException(string message, int? status = null) : Exception(message)
{
    /// <summary>Gets the HTTP status of the response; null when there was none.</summary>
    public int? Status { get; } = status;

    /// <summary>Gets whether the request may have been carried out although no response says so.</summary>
    internal bool IsUncertain => Status is null or >= 500;
}
