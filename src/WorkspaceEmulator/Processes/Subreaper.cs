using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WorkspaceEmulator.Processes;

/// <summary>
/// Makes the emulator the parent of orphans that no job holds any more, because a job ended the process that held them, and ends them.
/// </summary>
internal static partial class Subreaper
{
    private const int SetChildSubreaper = 36;
    private const int Kill = 9;
    private const int NoHang = 1;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Children = [];
    private static bool isEnabled;

    /// <summary>Gets the numbers of the system calls prctl and setsid; null on an architecture where they are not known.</summary>
    public static IReadOnlyList<int>? CallNumbers { get; } =
        RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => [157, 112],
            Architecture.Arm64 => [167, 157],
            _ => null,
        };

    /// <summary>Begins. From now on, every child of this process that <see cref="Start"/> did not start is ended.</summary>
    public static void Enable() => isEnabled = Control(SetChildSubreaper, 1, 0, 0, 0) == 0;

    /// <summary>Starts a process that is no orphan.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        lock (Gate)
        {
            var process = Process.Start(start)!;
            Children.Add(process.Id);
            return process;
        }
    }

    /// <summary>Forgets a process that has ended.</summary>
    public static void Forget(int process)
    {
        lock (Gate)
            Children.Remove(process);
    }

    /// <summary>Ends all orphans, and returns how many processes that were. Afterwards none of them runs, but after a time limit.</summary>
    public static async Task<int> EndOrphansAsync(TimeProvider time)
    {
        var ended = new HashSet<int>();
        var began = time.GetTimestamp();
        // On a busy machine a process runs on for a moment after its signal.
        while (isEnabled && KillOrphans(ended) > 0 && time.GetElapsedTime(began) < ProcessTree.KillLimit)
            await Task.Delay(Pause, time);
        return ended.Count;
    }

    /// <returns>How many orphans were still running.</returns>
    private static int KillOrphans(HashSet<int> ended)
    {
        lock (Gate)
        {
            var stats = ProcessTree.ReadAll();
            var orphans = stats.Where(stat => stat.Parent == Environment.ProcessId && !Children.Contains(stat.Id)).ToList();
            foreach (var orphan in orphans.Where(orphan => !orphan.IsAlive))
                _ = Wait(orphan.Id, 0, NoHang); // No other process reaps it.
            var alive = ProcessTree.WithDescendants(stats, orphans.Where(orphan => orphan.IsAlive).Select(orphan => orphan.Id));
            foreach (var process in alive)
                _ = ProcessTree.Send(process, Kill);
            ended.UnionWith(alive);
            return alive.Count;
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(int process, nint status, int options);
}
