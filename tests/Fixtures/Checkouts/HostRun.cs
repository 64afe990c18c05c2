using System.Diagnostics;
using System.Text;

namespace Fixtures.Checkouts;

/// <summary>One run of the host or another program, with what it printed so far.</summary>
public sealed class HostRun : IDisposable
{
    /// <summary>No run of the tests takes nearly as long; one that hangs must not hold up the rest.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private readonly Process process = new();
    private bool isDisposed;
    private readonly StringBuilder output = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> awaited = [];

    /// <param name="program">What to run.</param>
    /// <param name="arguments">One string an argument.</param>
    /// <param name="workingDirectory">Absolute path.</param>
    /// <param name="variables">Environment variables on top of the test's own.</param>
    public HostRun(string program, IEnumerable<string> arguments, string workingDirectory, params (string Name, string Value)[] variables)
    {
        // A suite that runs in the background of a shell ignores Ctrl-C, and so would its children.
        process.StartInfo = (
            OperatingSystem.IsLinux()
                ? new ProcessStartInfo("env", ["--default-signal=INT", program, .. arguments])
                : new ProcessStartInfo(program, arguments)
        );
        process.StartInfo.WorkingDirectory = workingDirectory;
        process.StartInfo.UseShellExecute = false;
        process.StartInfo.RedirectStandardInput = true;
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;
        foreach (var (name, value) in variables)
            process.StartInfo.Environment[name] = value;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int ExitCode => process.ExitCode;

    public int ProcessId => process.Id;

    public bool HasExited => process.HasExited;

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Waits until a line holds a text.</summary>
    public async Task SeeAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (output)
        {
            if (output.ToString().Contains(text, StringComparison.Ordinal))
                return;
            awaited.Add((text, seen));
        }

        var ended = process.WaitForExitAsync();
        if (await Task.WhenAny(seen.Task, ended, Task.Delay(Deadline)) != seen.Task && !Output.Contains(text, StringComparison.Ordinal))
            Assert.Fail($"'{text}' was not printed:\n{Output}");
    }

    public async Task EndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await process.WaitForExitAsync(deadline.Token);
    }

    /// <summary>Ends the process with SIGKILL, and no child of it.</summary>
    public void Kill() => process.Kill();

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
            return;
        lock (output)
        {
            output.AppendLine(line);
            foreach (var (_, seen) in awaited.Where(wait => line.Contains(wait.Text, StringComparison.Ordinal)))
                seen.TrySetResult();
        }
    }
}
