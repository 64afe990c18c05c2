using System.Collections.Concurrent;

namespace WorkspaceEmulator.State;

/// <summary>
/// Writes state that is decided in memory. What cannot be written now, because the disk is full for example, is retried every second.
/// </summary>
public sealed class PendingWrites : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<object, Action> waiting = new(ReferenceEqualityComparer.Instance);
    private readonly StateWarnings warnings;
    private readonly ITimer timer;

    public PendingWrites(StateWarnings warnings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        this.warnings = warnings;
        timer = time.CreateTimer(_ => Retry(), null, Pause, Pause);
    }

    /// <summary>Gets the number of things whose newest state is not written.</summary>
    public int Count => waiting.Count;

    /// <summary>Writes now or, when that fails, later.</summary>
    /// <param name="owner">What the state belongs to; a later write of it replaces an earlier one.</param>
    /// <param name="write">Writes its newest state.</param>
    public void Write(object owner, Action write)
    {
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (waiting.IsEmpty)
                warnings.Add($"State cannot be written and is kept in memory until it can: {error.Message}");
            waiting[owner] = write;
        }
    }

    /// <summary>Retries everything that waits.</summary>
    public void Retry()
    {
        foreach (var owner in waiting.Keys)
        {
            // Removed first: a newer state that cannot be written meanwhile is entered again.
            if (!waiting.TryRemove(owner, out var write))
                continue;
            try
            {
                write();
                if (waiting.IsEmpty)
                    warnings.Add("State can be written again.");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                waiting[owner] = write;
                return; // The others would fail as well.
            }
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        Retry();
        var lost = $"The last state of {waiting.Count} resources could not be written; the next start takes them as they were before.";
        if (!waiting.IsEmpty)
            warnings.Add(lost);
    }
}
