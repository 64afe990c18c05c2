using System.Collections.Concurrent;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Wire;

/// <summary>Long-running operations the emulator has begun: each knows how to tell whether it is done, and whether it failed.</summary>
internal sealed class OperationStore(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, LongRunningOperation> _operations = new(StringComparer.Ordinal);

    public LongRunningOperation Begin(Func<bool> isDone, ArmError? failure = null)
    {
        var operation = new LongRunningOperation(Guid.NewGuid().ToString(), time.GetUtcNow(), isDone, failure);
        return _operations[operation.Id] = operation;
    }

    public LongRunningOperation? Find(string id) => _operations.GetValueOrDefault(id);
}

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
