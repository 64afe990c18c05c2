using Cake.Core;

namespace Build.LocalRuntime;

/// <summary>The usual ways to run a program.</summary>
public static class ProcessesExtensions
{
    /// <summary>Runs a program quietly and returns its trimmed output; null when the program is missing or failed.</summary>
    public static async Task<string?> TryReadAsync(this IProcesses processes, ChildProcess process, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processes);
        var lines = new List<string>();
        try
        {
            return await processes.RunAsync(process, lines.Add, cancellationToken) == 0 ? string.Join('\n', lines).Trim() : null;
        }
        catch (CakeException)
        {
            // The caller checks whether the program exists: a missing program is a valid result.
            return null;
        }
    }

    /// <summary>Runs a program whose output is passed through.</summary>
    /// <exception cref="CakeException">The exit code is not 0.</exception>
    public static async Task RunCheckedAsync(this IProcesses processes, ChildProcess process, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processes);
        ArgumentNullException.ThrowIfNull(process);
        // What a program writes into a pipeline's log passes through the guard of this process's output, like every other line.
        Action<string>? onLine = Console.IsOutputRedirected ? Console.Out.WriteLine : null;
        var exitCode = await processes.RunAsync(process, onLine, cancellationToken);
        if (exitCode != 0)
        {
            throw new CakeException(
                exitCode,
                $"{Path.GetFileName(process.FileName)} {string.Join(' ', process.Arguments)} exited with code {exitCode}."
            );
        }
    }
}
