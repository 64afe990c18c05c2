using System.Globalization;

namespace WorkspaceEmulator.Hosting;

/// <summary>Checks how many files this process may open. With fewer than it needs, even assemblies cannot be loaded.</summary>
internal static class OpenFiles
{
    private const int Fewest = 256; // About 190 are open when it listens.
    private const string Limits = "/proc/self/limits";
    private const string Line = "Max open files";

    /// <summary>Returns why the emulator cannot run; null when it can.</summary>
    public static string? Fault() => Fault(File.ReadAllText(Limits));

    /// <summary>Returns what is wrong with the limits of a process, as the kernel writes them; null for nothing.</summary>
    public static string? Fault(string limits)
    {
        var begin = limits.IndexOf(Line, StringComparison.Ordinal) + Line.Length;
        var soft = limits.AsSpan(begin).TrimStart();
        soft = soft[..soft.IndexOf(' ')];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files) && files < Fewest
            ? $"The emulator may open {files} files; it needs {Fewest}. Raise the limit, for example by: ulimit -n 1024"
            : null;
    }
}
