using System.Collections.Concurrent;

namespace WorkspaceEmulator.Arm;

/// <summary>Long-running operations the emulator has begun: each knows how to tell whether it is done.</summary>
internal sealed class OperationStore(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, LongRunningOperation> _operations = new(StringComparer.Ordinal);

    public LongRunningOperation Begin(Func<bool> isDone)
    {
        var operation = new LongRunningOperation(Guid.NewGuid().ToString(), time.GetUtcNow(), isDone);
        return _operations[operation.Id] = operation;
    }

    public LongRunningOperation? Find(string id) => _operations.GetValueOrDefault(id);
}

/// <summary>One long-running operation.</summary>
internal sealed record LongRunningOperation(string Id, DateTimeOffset StartedAt, Func<bool> IsDone)
{
    // The service's OpenAPI files do not describe polling, and clients take the address as it comes; so the addresses handed out
    // are outside the provider's path, where nothing would be mistaken for an operation of the files.
    public string StatusAddress(Uri endpoint, string subscription, string location, string version) =>
        $"{endpoint.GetLeftPart(UriPartial.Authority)}/subscriptions/{subscription}/locations/{location}/computeOperationsStatus/{Id}?api-version={version}";

    public string ResultAddress(Uri endpoint, string subscription, string location, string version) =>
        $"{endpoint.GetLeftPart(UriPartial.Authority)}/subscriptions/{subscription}/locations/{location}/mfeOperationResults/{Id}?api-version={version}";
}
