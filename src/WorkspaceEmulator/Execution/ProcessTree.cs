using System.Runtime.InteropServices;
using System.Text;

namespace WorkspaceEmulator.Execution;

/// <summary>
/// Finds and ends the processes of one job by reading /proc: those of its session, their descendants, and those that have the job's name
/// and working folder in their environment. The last rule also finds an orphan that made a session of its own.
/// </summary>
internal sealed partial class ProcessTree(string runName, string workingFolder)
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets or sets the session of the job's first process; 0 when it is unknown, as after a crash.</summary>
    public int Session { get; set; }

    /// <summary>Sends TERM to every process of the job, then KILL after the grace time, and returns when all have ended.</summary>
    public async Task EndAsync(TimeSpan grace, TimeProvider time)
    {
        var killAt = time.GetUtcNow() + grace;
        var told = new HashSet<int>();
        while (true)
        {
            var alive = Find();
            if (alive.Count == 0)
                return;
            var kill = time.GetUtcNow() >= killAt;
            foreach (var process in alive.Where(process => kill || told.Add(process)))
                _ = SendSignal(process, kill ? Kill : Terminate); // Fails only for a process that has ended.
            await Task.Delay(PollInterval, time);
        }
    }

    /// <summary>Finds the ids of the job's processes that are still running.</summary>
    public IReadOnlyList<int> Find()
    {
        var found = new HashSet<int>();
        var parents = new Dictionary<int, int>();
        var runEntry = $"{JobEnvironment.RunVariable}={runName}";
        var folderEntry = $"{JobEnvironment.WorkingFolderVariable}={workingFolder}";
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (
                !int.TryParse(Path.GetFileName(folder), out var id)
                || id == Environment.ProcessId
                || ReadStat(id) is not { State: not ('Z' or 'X') } stat
            )
            {
                continue;
            }

            parents[id] = stat.Parent;
            if ((Session != 0 && stat.Session == Session) || HasEntries(id, runEntry, folderEntry))
                found.Add(id);
        }

        bool grown;
        do
        {
            grown = false;
            foreach (var (id, parent) in parents)
                grown |= found.Contains(parent) && found.Add(id);
        } while (grown);

        return [.. found];
    }

    private static (char State, int Parent, int Session)? ReadStat(int id)
    {
        if (TryRead($"/proc/{id}/stat") is not { } bytes)
            return null;
        // The name is in parentheses and may hold anything. The fields after it are state, parent, process group and session.
        var text = Encoding.UTF8.GetString(bytes);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (fields[0][0], int.Parse(fields[1]), int.Parse(fields[3]));
    }

    private static bool HasEntries(int id, params string[] entries)
    {
        if (TryRead($"/proc/{id}/environ") is not { Length: > 0 } bytes)
            return false;
        var variables = Encoding.UTF8.GetString(bytes).Split('\0');
        return entries.All(entry => variables.Contains(entry, StringComparer.Ordinal));
    }

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
