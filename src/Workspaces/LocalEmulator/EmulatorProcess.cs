using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.LocalEmulator;

/// <summary>Starts the emulator as a process detached from the terminal, and checks and ends it by its id.</summary>
internal sealed class EmulatorProcess(Process process, string logFile, long logStart) : IDisposable
{
    /// <summary>Exit code of an emulator whose state folder is in use.</summary>
    public const int FolderInUse = 3;

    private const long LongestLog = 8 * 1024 * 1024;
    private const int Terminate = 15; // SIGTERM

    // Its own session keeps Ctrl-C of the terminal away from it, and without a pipe it outlives this process. macOS has no setsid, but
    // Perl.
    private const string Detach =
        """log=$1; shift; exec </dev/null >>"$log" 2>&1; """
        + """if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; """
        + """else exec perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV' -- "$@"; fi""";

    /// <summary>Gets the exit code; null while the process runs.</summary>
    public int? ExitCode => process.HasExited ? process.ExitCode : null;

    /// <summary>Starts the emulator.</summary>
    /// <exception cref="WorkspaceException">The system is Windows, which has no sessions and no bash for the jobs.</exception>
    public static EmulatorProcess Start(EmulatorSettings settings)
    {
        if (OperatingSystem.IsWindows())
            throw new WorkspaceException("The workspace emulator runs on Linux and macOS; on Windows, run this inside WSL.");

        var logFile = Path.Combine(settings.StateFolder, "emulator.log");
        if (File.Exists(logFile) && new FileInfo(logFile).Length > LongestLog)
            File.Move(logFile, Path.ChangeExtension(logFile, ".previous.log"), overwrite: true);

        var logStart = File.Exists(logFile) ? new FileInfo(logFile).Length : 0;
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = settings.StateFolder };
        foreach (var argument in new[] { "-c", Detach, "sh", logFile }.Concat(settings.Command).Concat(settings.CreateArguments()))
            start.ArgumentList.Add(argument);

        return new EmulatorProcess(Process.Start(start)!, logFile, logStart);
    }

    /// <summary>Returns whether the process that wrote a description still runs. Another process may have its id by now.</summary>
    public static bool IsAlive(int processId, DateTimeOffset startedAt)
    {
        try
        {
            using var found = Process.GetProcessById(processId);
            return !found.HasExited && !IsZombie(processId) && found.StartTime.ToUniversalTime() <= startedAt.UtcDateTime.AddSeconds(10);
        }
        catch (Exception error)
            when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception or IOException)
        {
            return false; // the process has ended, perhaps just now
        }
    }

    /// <summary>Requests the exit of the process, by SIGTERM.</summary>
    public static void RequestExit(int processId) => _ = SendSignal(processId, Terminate);

    /// <summary>Ends the process and its children at once.</summary>
    public void Kill()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    /// <summary>Returns the last log lines since the start, without secrets.</summary>
    public string ReadLogTail(int lines = 20)
    {
        using var log = new FileStream(logFile, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Seek(Math.Max(logStart, log.Length - (64 * 1024)), SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        var written = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return written.Length == 0
            ? "  (the log is empty)"
            : string.Join('\n', written.TakeLast(lines).Select(line => $"  {Secrets.Scrub(line.TrimEnd('\r'))}"));
    }

    public void Dispose() => process.Dispose();

    // A process that ended keeps its id until its parent reads its exit code; in a container without an init, forever.
    private static bool IsZombie(int processId)
    {
        var stat = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat";
        if (!File.Exists(stat))
            return false;

        var text = File.ReadAllText(stat);
        var state = text.LastIndexOf(") ", StringComparison.Ordinal); // the name before it may contain anything
        return state >= 0 && state + 2 < text.Length && text[state + 2] == 'Z';
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
