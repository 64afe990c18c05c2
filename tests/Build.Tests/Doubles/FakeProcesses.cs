using Build.LocalRuntime;
using Cake.Core;

namespace Build.Tests.Doubles;

/// <summary>Programs that a test scripts by the beginning of their command line; any other program does not exist.</summary>
internal sealed class FakeProcesses : IProcesses
{
    private readonly List<(string Start, Func<int> Run, string[] Lines)> scripts = [];

    public List<string> Started { get; } = [];

    /// <summary>The environment variables of each started program, beside those of this process.</summary>
    public List<IReadOnlyDictionary<string, string?>?> Variables { get; } = [];

    public void On(string start, params string[] lines) => scripts.Add((start, () => 0, lines));

    public void On(string start, Func<int> run, params string[] lines) => scripts.Add((start, run, lines));

    public Task<int> RunAsync(ChildProcess process, Action<string>? onLine, CancellationToken cancellationToken)
    {
        var command = $"{process.FileName} {string.Join(' ', process.Arguments)}";
        Started.Add(command);
        Variables.Add(process.Variables);
        var script = scripts.FindLast(script => command.StartsWith(script.Start, StringComparison.Ordinal));
        if (script.Run is null)
            throw new CakeException($"{process.FileName} could not be started: there is no such script.");
        foreach (var line in script.Lines)
            onLine?.Invoke(line);
        return Task.FromResult(script.Run());
    }
}
