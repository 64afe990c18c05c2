using System.Diagnostics;
using System.Text;

namespace Fixtures.Engines;

/// <summary>Holds the result of a program.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Log">Its standard error.</param>
public sealed record Command(int ExitCode, string Output, string Log)
{
    // The longest is the first build of the CPU image, which fetches half a gigabyte of packages.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(15);

    public string Everything => Output + Log;

    /// <summary>Runs a program.</summary>
    /// <param name="program">Path or name on the PATH.</param>
    /// <param name="arguments">One string per argument.</param>
    /// <param name="variables">Environment variables in addition to those of the test.</param>
    /// <param name="input">Its standard input.</param>
    public static async Task<Command> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IEnumerable<(string Name, string Value)>? variables = null,
        string input = ""
    )
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (var (name, value) in variables ?? [])
            process.StartInfo.Environment[name] = value;
        var output = new StringBuilder();
        var log = new StringBuilder();
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.AppendLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new Command(process.ExitCode, output.ToString(), log.ToString());
    }

    /// <summary>Returns the command if it succeeded; otherwise fails with its output.</summary>
    public Command Succeeded()
    {
        Assert.True(ExitCode == 0, $"It exited with code {ExitCode}:\n{Everything}");
        return this;
    }
}
