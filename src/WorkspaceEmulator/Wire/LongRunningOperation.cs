using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Wire;

/// <summary>One long-running operation.</summary>
/// <param name="Id">Its last path segment.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="IsDone">Whether it has ended.</param>
/// <param name="Failure">Why it ends as Failed; null when it succeeds.</param>
internal sealed record LongRunningOperation(string Id, DateTimeOffset StartedAt, Func<bool> IsDone, ArmError? Failure)
{
    // The service's OpenAPI files do not describe polling, and clients take the address as it comes; so the addresses handed out
    // are outside the provider's path, where nothing would be mistaken for an operation of the files.
    public string StatusAddress(Uri endpoint, string subscription, string location, string version) =>
        $"{endpoint.GetLeftPart(UriPartial.Authority)}/subscriptions/{subscription}/locations/{location}/computeOperationsStatus/{Id}?api-version={version}";

    public string ResultAddress(Uri endpoint, string subscription, string location, string version) =>
        $"{endpoint.GetLeftPart(UriPartial.Authority)}/subscriptions/{subscription}/locations/{location}/mfeOperationResults/{Id}?api-version={version}";
}
