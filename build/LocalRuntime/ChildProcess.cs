using System.Diagnostics;
using Cake.Core;

namespace Build.LocalRuntime;

/// <summary>A program with its arguments, which are passed as they are and never through a shell.</summary>
/// <param name="FileName">A path, or a name on PATH.</param>
/// <param name="Arguments">One string per argument.</param>
/// <param name="WorkingDirectory">Absolute path.</param>
/// <param name="Variables">Environment variables added to those of this process; a null value removes one.</param>
public sealed record ChildProcess(
    string FileName,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string?>? Variables = null
)
{
    /// <summary>Runs the program to its end.</summary>
    /// <param name="onLine">Receives each line of standard output and standard error; null passes both through.</param>
    /// <param name="cancellationToken">Ends the program and its children.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="CakeException">The program could not be started.</exception>
    public async Task<int> RunAsync(Action<string>? onLine, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = StartInfo(capture: onLine is not null) };
        if (onLine is not null)
        {
            var gate = new Lock();
            DataReceivedEventHandler handler = (_, line) =>
            {
                if (line.Data is null)
                    return;
                lock (gate)
                    onLine(line.Data);
            };
            process.OutputDataReceived += handler;
            process.ErrorDataReceived += handler;
        }

        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new CakeException($"{FileName} could not be started: {exception.Message}.", exception);
        }

        if (onLine is not null)
        {
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode;
    }

    private ProcessStartInfo StartInfo(bool capture)
    {
        var info = new ProcessStartInfo(FileName, Arguments)
        {
            WorkingDirectory = WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = capture,
            RedirectStandardError = capture,
        };
        foreach (var (name, value) in Variables ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            if (value is null)
                info.Environment.Remove(name);
            else
                info.Environment[name] = value;
        }

        return info;
    }
}
