using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Build.Testing;

/// <summary>
/// The folder of a test run, for the temporary files of all its suites. It is in memory where that is possible: tests create and delete
/// many thousand small files, whose blocks and inodes a disk must find, write and free.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>Bytes that must be free in memory: twice what all suites at once have taken.</summary>
    public const long LeastFree = 6L << 30;

    private const string Memory = "/dev/shm";
    private const string Prefix = "mt-";
    private const UnixFileMode ForItsUser = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string recordOfIt;

    private RunFolder(string path, string record) => (Path, recordOfIt) = (path, record);

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>Creates one, and deletes those of earlier runs that were killed.</summary>
    /// <param name="records">The folder that keeps the path of each, in a file whose name begins with the process; created when
    /// missing.</param>
    public static RunFolder Create(string records)
    {
        // TMPDIR may name another one.
        var usual = System.IO.Path.GetTempPath();
        var isInMemory =
            usual == "/tmp/"
            && Directory.Exists(Memory)
            && CanHold(Memory, File.ReadLines("/proc/mounts"), File.ReadLines("/proc/meminfo"))
            && new DriveInfo(Memory).AvailableFreeSpace >= LeastFree;
        return Create(records, isInMemory ? Memory : usual);
    }

    /// <summary>Creates one below <paramref name="root"/>.</summary>
    internal static RunFolder Create(string records, string root)
    {
        Directory.CreateDirectory(records);
        foreach (var earlier in Directory.GetFiles(records))
        {
            // PROCESS-NAME. What else is there, or names another folder, is not from here.
            var fields = System.IO.Path.GetFileName(earlier).Split('-', 2);
            if (!int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process) || IsRunning(process))
                continue;
            try
            {
                var left = File.ReadAllText(earlier);
                var name = System.IO.Path.GetFileName(left);
                if (name.StartsWith(Prefix, StringComparison.Ordinal) && fields[^1] == name)
                    Delete(left, earlier);
            }
            catch (FileNotFoundException)
            {
                // Another run that starts now has deleted it.
            }
        }

        // Everybody may write beside it: nobody may guess its name.
        var newName = $"{Prefix}{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        var path = System.IO.Path.Combine(root, newName);
        var record = System.IO.Path.Combine(records, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{newName}"));
        File.WriteAllText(record, path);
        _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, ForItsUser);
        return new RunFolder(path, record);
    }

    /// <summary>Whether the file system at <paramref name="root"/> is one in memory, starts programs, and memory is free.</summary>
    /// <param name="root">Where it is mounted.</param>
    /// <param name="mounts">The lines of <c>/proc/mounts</c>: device, folder, type and options, with spaces between.</param>
    /// <param name="memory">The lines of <c>/proc/meminfo</c>.</param>
    internal static bool CanHold(string root, IEnumerable<string> mounts, IEnumerable<string> memory)
    {
        var mount = mounts.Select(line => line.Split(' ')).LastOrDefault(fields => fields.Length > 3 && fields[1] == root);
        if (mount is null || mount[2] != "tmpfs" || mount[3].Split(',').Any(option => option is "noexec" or "ro"))
            return false;
        var available = memory.FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var kilobytes = available?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.TryParse(kilobytes, NumberStyles.None, CultureInfo.InvariantCulture, out var free) && free >= LeastFree >> 10;
    }

    /// <summary>Deletes it. What cannot be deleted stays: a container may have written it as another user.</summary>
    public void Dispose() => Delete(Path, recordOfIt);

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void Delete(string path, string record)
    {
        try
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // .NET deletes no file whose name is not UTF-8, and some tests have such.
            if (!OperatingSystem.IsWindows())
            {
                using var remove = Process.Start("rm", ["--recursive", "--force", "--", path]);
                remove.WaitForExit();
            }
        }

        File.Delete(record);
    }
}
