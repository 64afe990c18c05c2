using System.Collections.Concurrent;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Wire;

/// <summary>Holds the long-running operations that the emulator has started.</summary>
internal sealed class OperationStore(TimeProvider time)
{
    private const int Most = 1000;
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, LongRunningOperation> operations = new(StringComparer.Ordinal);

    public LongRunningOperation Begin(Func<bool> isDone, ArmError? failure = null)
    {
        if (operations.Count >= Most)
            Forget();
        var operation = new LongRunningOperation(Guid.NewGuid().ToString(), time.GetUtcNow(), isDone, failure);
        return operations[operation.Id] = operation;
    }

    public LongRunningOperation? Find(string id) => operations.GetValueOrDefault(id);

    // A client polls until it knows the end, and not for an hour after that.
    private void Forget()
    {
        var until = time.GetUtcNow() - Remembered;
        foreach (var operation in operations.Values.Where(operation => operation.StartedAt < until && operation.IsDone()))
            operations.TryRemove(operation.Id, out _);
    }
}
