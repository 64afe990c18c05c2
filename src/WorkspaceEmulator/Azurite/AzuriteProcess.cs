using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Azurite;

/// <summary>
/// Represents a running Azurite that serves one storage account, with the emulator's certificate. It ends with the emulator, also when that
/// is killed.
/// </summary>
internal sealed partial class AzuriteProcess : IAsyncDisposable
{
    private const int KeptLines = 5;
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);
    private static readonly Lazy<string> Launcher = new(() =>
    {
        using var reader = new StreamReader(typeof(AzuriteProcess).Assembly.GetManifestResourceStream("azurite-start.js")!);
        return reader.ReadToEnd();
    });

    private readonly Process process;
    private readonly Action<int> forget;
    private readonly ConcurrentQueue<string> lastLines = new();
    private readonly TaskCompletionSource<int> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AzuriteProcess(Process process, Action<int> forget) => (this.process, this.forget) = (process, forget);

    /// <summary>Gets the address of the service, which the name of the account follows.</summary>
    public Uri Endpoint => new($"https://127.0.0.1:{listening.Task.Result}/");

    /// <summary>Gets whether it still runs.</summary>
    public bool IsRunning => !process.HasExited;

    /// <summary>Starts Azurite, and returns when it listens.</summary>
    /// <param name="settings">Where Azurite is, which must be somewhere.</param>
    /// <param name="account">Name of the account.</param>
    /// <param name="key">Its key, in base64.</param>
    /// <param name="folder">Absolute path of the folder that holds the account's blobs.</param>
    /// <param name="state">The state folder, whose certificate it gets.</param>
    /// <exception cref="AzuriteException">It does not start.</exception>
    public static async Task<AzuriteProcess> StartAsync(
        AzuriteSettings settings,
        string account,
        string key,
        string folder,
        StateFolder state
    )
    {
        // A session of its own: Ctrl-C ends the emulator, which still has to write the outputs of jobs.
        var start = new ProcessStartInfo(
            "setsid",
            [
                settings.Package!.Node,
                "-e",
                Launcher.Value,
                settings.Package.Script,
                "--blobHost",
                "127.0.0.1",
                "--blobPort",
                "0",
                "--location",
                folder,
                "--cert",
                state.Certificate,
                "--key",
                state.CertificateKey,
                "--skipApiVersionCheck",
                "--disableTelemetry",
                "--silent",
            ]
        )
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var name in new[] { "PATH", "HOME", "LANG", "TMPDIR" })
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        // Blobs are copied from addresses of the emulator.
        start.Environment["NODE_EXTRA_CA_CERTS"] = state.Certificate;
        var started = new AzuriteProcess(settings.Start(start), settings.Forget);
        try
        {
            await started.ListenAsync($"{account}:{key}", folder);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it, which writes what it has only in memory.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(LongestStop);
        try
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        forget(process.Id);
        process.Dispose();
    }

    private async Task ListenAsync(string account, string folder)
    {
        _ = ReadAsync(process.StandardOutput);
        var rest = ReadAsync(process.StandardError);
        try
        {
            await process.StandardInput.WriteLineAsync(account);
            await process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It has ended, and its output says why.
        }

        if (await Task.WhenAny(listening.Task, rest, Task.Delay(LongestStart)) == listening.Task)
            return;
        throw new AzuriteException(
            $"Azurite did not start on {folder}"
                + (process.HasExited ? $" and exited with code {process.ExitCode}" : $" within {LongestStart.TotalSeconds:F0} s")
                + $": {string.Join(' ', lastLines).Trim()}"
        );
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (Address().Match(line) is { Success: true } found)
                listening.TrySetResult(int.Parse(found.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture));
            lastLines.Enqueue(line);
            while (lastLines.Count > KeptLines)
                lastLines.TryDequeue(out _);
        }
    }

    [GeneratedRegex(
        "listens on https://127.0.0.1:(?<port>[0-9]{1,5})",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Address();
}
