using System.Diagnostics;
using Datasets.Pictures;
using Fixtures.Checkouts;

namespace Datasets.Tests;

/// <summary>The trainer of this checkout, started as a process. A test is skipped where no Python has numpy and Pillow.</summary>
internal static class Trainer
{
    private static readonly Lazy<string?> Python = new(() =>
        new[] { Path.Combine(Checkout.Repository, ".venv", "bin", "python"), "/usr/bin/python3", "python3" }.FirstOrDefault(path =>
            RunAsync(path, ["-c", "import numpy, PIL"], _ => { }).GetAwaiter().GetResult() == 0
        )
    );

    /// <summary>Returns the decoder that the build uses.</summary>
    public static IPictureDecoder Decoder() =>
        new TrainerDecoder(
            (options, onLine, _) => RunAsync(Interpreter(), ["-m", "detection", .. options], onLine),
            Path.Combine(Path.GetTempPath(), "decoder-lists")
        );

    /// <summary>Runs a script of the repository to its end.</summary>
    public static async Task RunScriptAsync(string script, params string[] arguments)
    {
        var lines = new List<string>();
        var exitCode = await RunAsync(Interpreter(), [Path.Combine(Checkout.Repository, script), .. arguments], lines.Add);
        Assert.True(exitCode == 0, string.Join('\n', lines));
    }

    /// <summary>Runs Python code to its end.</summary>
    public static async Task RunAsync(string code, params string[] arguments) =>
        Assert.Equal(0, await RunAsync(Interpreter(), ["-c", code, .. arguments], _ => { }));

    private static string Interpreter()
    {
        Assert.SkipWhen(Python.Value is null, "no Python has numpy and Pillow");
        return Python.Value!;
    }

    private static async Task<int> RunAsync(string python, IReadOnlyList<string> arguments, Action<string> onLine)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONPATH"] = Path.Combine(Checkout.Repository, "src", "training");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }

        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            onLine(line);
        onLine(await errors);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
