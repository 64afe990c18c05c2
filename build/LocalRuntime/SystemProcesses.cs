namespace Build.LocalRuntime;

/// <summary>Starts real processes.</summary>
internal sealed class SystemProcesses : IProcesses
{
    public Task<int> RunAsync(ChildProcess process, Action<string>? onLine, CancellationToken cancellationToken) =>
        process.RunAsync(onLine, cancellationToken);
}
