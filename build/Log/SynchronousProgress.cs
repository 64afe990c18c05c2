namespace Build.Stages;

/// <summary>Reports on the caller's thread, in order; <see cref="Progress{T}"/> may overtake itself.</summary>
internal sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
