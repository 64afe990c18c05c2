using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Wire;

/// <summary>Represents a long-running operation.</summary>
/// <param name="Id">Its last path segment.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="IsDone">Whether it has ended.</param>
/// <param name="Failure">Why it ends as Failed; null when it succeeds.</param>
internal sealed record LongRunningOperation(string Id, DateTimeOffset StartedAt, Func<bool> IsDone, ArmError? Failure)
{
    /// <summary>Tells a client how long to wait before it polls again; some wait for half a minute otherwise.</summary>
    public const string PauseHeader = "x-ms-retry-after-ms";

    /// <summary>The wait, in milliseconds.</summary>
    public const string Pause = "100";

    // The service's OpenAPI files do not describe polling, and clients use whatever address they receive. These addresses are outside of
    // the provider's path, so that they cannot be confused with operations of the files.
    public string StatusAddress(Uri endpoint, string subscription, string location, string version) =>
        Address(endpoint, subscription, location, "computeOperationsStatus", version);

    public string ResultAddress(Uri endpoint, string subscription, string location, string version) =>
        Address(endpoint, subscription, location, "mfeOperationResults", version);

    private string Address(Uri endpoint, string subscription, string location, string kind, string version) =>
        $"{endpoint.GetLeftPart(UriPartial.Authority)}/subscriptions/{subscription}/locations/{location}/{kind}/{Id}?api-version={version}";
}
