using System.Collections.Concurrent;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Wire;

/// <summary>Holds the long-running operations that the emulator has started.</summary>
internal sealed class OperationStore(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, LongRunningOperation> operations = new(StringComparer.Ordinal);

    public LongRunningOperation Begin(Func<bool> isDone, ArmError? failure = null)
    {
        var operation = new LongRunningOperation(Guid.NewGuid().ToString(), time.GetUtcNow(), isDone, failure);
        return operations[operation.Id] = operation;
    }

    public LongRunningOperation? Find(string id) => operations.GetValueOrDefault(id);
}
