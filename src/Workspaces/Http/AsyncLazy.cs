namespace Workspaces.Http;

/// <summary>A value that is read once and cached. A failed read is not cached.</summary>
/// <param name="read">Reads the value.</param>
internal sealed class AsyncLazy<T>(Func<CancellationToken, Task<T>> read)
{
    private readonly Lock access = new();
    private Task<T>? value;

    /// <summary>Gets the value. Concurrent callers share one read.</summary>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (access)
        {
            if (value is null || value.IsFaulted || value.IsCanceled)
                value = read(cancellationToken);

            return value;
        }
    }
}
