namespace WorkspaceEmulator.Engines;

/// <summary>Reports that the Docker engine refused a request or did not respond.</summary>
/// <param name="message">What happened and what to do.</param>
/// <param name="status">HTTP status of the refusal; null when there was no response.</param>
/// <param name="reason">The engine's own words.</param>
/// <param name="inner">What the connection reported.</param>
internal sealed class EngineException(string message, int? status, string reason, Exception? inner = null) : Exception(message, inner)
{
    public int? Status { get; } = status;
    public string Reason { get; } = reason;
}
