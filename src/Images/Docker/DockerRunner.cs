using System.Diagnostics;
using System.Runtime.InteropServices;
using Cake.Core.IO;
using Workspaces.Logs;

namespace Images.Docker;

/// <summary>
/// Starts the docker client in place of Cake's runner, which waits for a program whatever happens. A cancelled run ends the program: it
/// gets SIGTERM, and is killed with its children after a grace period.
/// </summary>
/// <param name="time">The clock of the grace period.</param>
/// <param name="beforeEnd">Called before a program is ended: deletes what must not outlive the run.</param>
/// <param name="cancellation">Cancelled when the run is to stop.</param>
internal sealed class DockerRunner(TimeProvider time, Action beforeEnd, CancellationToken cancellation) : IProcessRunner
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <exception cref="System.ComponentModel.Win32Exception">The file cannot be run.</exception>
    public IProcess Start(FilePath filePath, ProcessSettings settings) => Start(filePath, settings, input: null);

    /// <summary>Starts a program that reads its standard input.</summary>
    /// <param name="filePath">The program.</param>
    /// <param name="settings">Its arguments, folder and variables.</param>
    /// <param name="input">Written to its standard input, which then ends; null leaves the input alone.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The file cannot be run.</exception>
    public IProcess Start(FilePath filePath, ProcessSettings settings, byte[]? input)
    {
        ArgumentNullException.ThrowIfNull(filePath);
        ArgumentNullException.ThrowIfNull(settings);
        var info = new ProcessStartInfo(filePath.FullPath, settings.Arguments?.Render() ?? "")
        {
            UseShellExecute = false,
            RedirectStandardInput = input is not null,
            RedirectStandardOutput = settings.RedirectStandardOutput,
            RedirectStandardError = settings.RedirectStandardError,
        };
        if (settings.WorkingDirectory is { } folder)
            info.WorkingDirectory = folder.FullPath;
        foreach (var (name, value) in settings.EnvironmentVariables ?? new Dictionary<string, string>(StringComparer.Ordinal))
            info.Environment[name] = value;

        cancellation.ThrowIfCancellationRequested();
        return new Running(Process.Start(info)!, settings, input, time, beforeEnd, cancellation);
    }

    private sealed class Running : IProcess
    {
        private const int Terminate = 15; // SIGTERM

        private readonly Process process;
        private readonly TimeProvider time;
        private readonly List<string> output = [];
        private readonly List<string> errors = [];
        private readonly Thread[] readers;
        private readonly CancellationTokenRegistration registration;
        private Task ending = Task.CompletedTask;

        public Running(
            Process process,
            ProcessSettings settings,
            byte[]? input,
            TimeProvider time,
            Action beforeEnd,
            CancellationToken cancellation
        )
        {
            (this.process, this.time) = (process, time);
            // Before anybody can read a line of it: a reader that cancels finds the login deleted.
            registration = cancellation.Register(() =>
            {
                beforeEnd();
                ending = EndAsync();
            });
            readers =
            [
                .. settings.RedirectStandardOutput
                    ? [Begin(process.StandardOutput.BaseStream, output, settings.RedirectedStandardOutputHandler)]
                    : Array.Empty<Thread>(),
                .. settings.RedirectStandardError
                    ? [Begin(process.StandardError.BaseStream, errors, settings.RedirectedStandardErrorHandler)]
                    : Array.Empty<Thread>(),
            ];
            if (input is not null)
                WriteInput(input);
        }

        public void WaitForExit()
        {
            process.WaitForExit(Timeout.Infinite);
            FinishEnding();
            FinishReading();
        }

        public bool WaitForExit(int milliseconds)
        {
            if (!process.WaitForExit(milliseconds))
                return false;
            FinishEnding();
            FinishReading();
            return true;
        }

        public int GetExitCode() => process.ExitCode;

        public IEnumerable<string> GetStandardOutput() => output;

        public IEnumerable<string> GetStandardError() => errors;

        public void Kill()
        {
            try
            {
                process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has ended by itself.
            }
        }

        public void Dispose()
        {
            registration.Dispose();
            process.Dispose();
        }

        private async Task EndAsync()
        {
            try
            {
                if (process.HasExited)
                    return;
                if (OperatingSystem.IsWindows() || SendSignal(process.Id, Terminate) != 0)
                {
                    Kill();
                    return;
                }

                using var limit = new CancellationTokenSource(Grace, time);
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Kill();
            }
            catch (InvalidOperationException)
            {
                // It has ended, and nothing waits for it any more.
            }
        }

        private void WriteInput(byte[] bytes)
        {
            try
            {
                process.StandardInput.BaseStream.Write(bytes);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The program ended without reading it; its exit code says why.
            }
        }

        // A killed program ends before its children are killed: the run must not end between the two.
        private void FinishEnding()
        {
            registration.Dispose();
            ending.GetAwaiter().GetResult();
        }

        // A child of the program may keep the pipe open beyond the program's end.
        private void FinishReading()
        {
            foreach (var reader in readers)
                reader.Join(Grace);
        }

        // Lines of any length: docker passes on what a build prints.
        private static Thread Begin(Stream stream, List<string> kept, Func<string, string>? handler)
        {
            void Take(string line)
            {
                if (handler is null)
                    kept.Add(line);
                else if (handler(line) is { } passed)
                    kept.Add(passed);
            }

            var thread = new Thread(() => Read(stream, Take)) { IsBackground = true };
            thread.Start();
            return thread;
        }

        private static void Read(Stream stream, Action<string> take)
        {
            var lines = new LogLines();
            var buffer = new byte[16 * 1024];
            try
            {
                while (stream.Read(buffer) is > 0 and var count)
                    lines.Append(buffer.AsSpan(0, count), take);
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                // Nothing waits for the program any more.
            }

            lines.Finish(take);
        }

        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int SendSignal(int processId, int signal);
    }
}
