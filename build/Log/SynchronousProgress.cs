namespace Build.Log;

/// <summary>Reports on the caller's thread, in order; <see cref="Progress{T}"/> may report out of order.</summary>
internal sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
