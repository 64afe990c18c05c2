using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using WorkspaceEmulator.Execution;

namespace WorkspaceEmulator.Processes;

/// <summary>
/// Finds and ends the processes of jobs by reading /proc: those below the process that holds a job, those of its session, their
/// descendants, and those whose environment names a working folder.
/// </summary>
/// <param name="folder">The working folder, or one above those of several jobs.</param>
internal sealed partial class ProcessTree(string folder)
{
    private const string Prefix = $"{JobEnvironment.WorkingFolderVariable}=";
    private const int Terminate = 15;
    private const int Kill = 9;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest wait for processes after KILL. After it, only a process that waits for an unresponsive device is left.</summary>
    public static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(30);

    /// <summary>Gets the sessions of the job's first processes; empty when they are unknown, as after a crash.</summary>
    public ISet<int> Sessions { get; } = new HashSet<int>();

    /// <summary>Gets the processes that hold those of the job and are none of them; empty when nothing holds them.</summary>
    public ISet<int> Holders { get; } = new HashSet<int>();

    /// <summary>Sends TERM to every process of the job, then KILL after the grace time, and returns when all have ended.</summary>
    /// <returns>The processes that KILL did not end.</returns>
    public async Task<IReadOnlyList<int>> EndAsync(TimeSpan grace, TimeProvider time)
    {
        var killAt = time.GetUtcNow() + grace;
        var told = new HashSet<int>();
        while (true)
        {
            var alive = Find();
            var now = time.GetUtcNow();
            if (alive.Count == 0 || now >= killAt + KillLimit)
                return alive;
            var kill = now >= killAt;
            foreach (var process in alive.Where(process => kill || told.Add(process)))
                _ = Send(process, kill ? Kill : Terminate); // Fails only for a process that has ended.
            await Task.Delay(PollInterval, time);
        }
    }

    /// <summary>Finds the ids of the job's processes that are still running.</summary>
    public IReadOnlyList<int> Find()
    {
        var all = ReadAll();
        var roots = all.Where(stat =>
                stat.IsAlive
                && stat.Id != Environment.ProcessId
                && !Holders.Contains(stat.Id)
                && (Sessions.Contains(stat.Session) || Holders.Contains(stat.Parent) || WorksIn(stat.Id, folder))
            )
            .Select(stat => stat.Id);
        return [.. WithDescendants(all, roots)];
    }

    /// <summary>Reads every process of the machine.</summary>
    public static IReadOnlyList<ProcessStat> ReadAll()
    {
        var all = new List<ProcessStat>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Read(id) is { } stat)
                all.Add(stat);
        }

        return all;
    }

    /// <summary>Returns processes with all living descendants, without the emulator's own.</summary>
    public static HashSet<int> WithDescendants(IReadOnlyList<ProcessStat> all, IEnumerable<int> roots)
    {
        var found = roots.ToHashSet();
        bool grown;
        do
        {
            grown = false;
            foreach (var stat in all)
                grown |= stat.IsAlive && stat.Id != Environment.ProcessId && found.Contains(stat.Parent) && found.Add(stat.Id);
        } while (grown);

        return found;
    }

    public static int Send(int process, int signal) => SendSignal(process, signal);

    private static ProcessStat? Read(int id)
    {
        if (TryRead($"/proc/{id}/stat") is not { } bytes)
            return null;
        // The name is in parentheses and may hold anything. The fields after it are state, parent, process group and session.
        var text = Encoding.UTF8.GetString(bytes);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new(
            id,
            fields[0][0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            int.Parse(fields[3], CultureInfo.InvariantCulture)
        );
    }

    private static bool WorksIn(int id, string folder) =>
        TryRead($"/proc/{id}/environ") is { Length: > 0 } bytes
        && Encoding
            .UTF8.GetString(bytes)
            .Split('\0')
            .Any(variable =>
                variable.StartsWith(Prefix + folder, StringComparison.Ordinal)
                && (variable.Length == Prefix.Length + folder.Length || variable[Prefix.Length + folder.Length] == '/')
            );

    // Null: the process has ended, or belongs to another user and so to no job.
    private static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
