using System.Globalization;
using Cake.Core;

namespace Build.LocalRuntime;

/// <summary>Checks that this machine has what every run needs. A fault is reported before anything is changed or sent.</summary>
internal static class MachineCheck
{
    // Below it, the runtime itself fails at some file, and its message names another one each time.
    private const int FewestOpenFiles = 256;

    private const string Limits = "/proc/self/limits";
    private const string OpenFiles = "Max open files";

    /// <summary>Finds the fault of the limits of this process, before anything else opens files.</summary>
    /// <returns>A sentence; null when they suffice.</returns>
    public static string? FindFaultOfLimits() => File.Exists(Limits) ? FindFaultOfLimits(File.ReadAllLines(Limits)) : null;

    /// <summary>Checks the folders of the run and the file of its outputs.</summary>
    /// <exception cref="CakeException">Carries every fault, one per line.</exception>
    public static void Check(BuildContext context)
    {
        var faults = new[]
        {
            FindFaultOfFolder(context, context.ArtifactsFolder),
            FindFaultOfFolder(context, context.LocalFolder),
            FindFaultOfTemporaryFolder(Path.GetTempPath()),
            FindFaultOfOutputs(context.Environment.GetEnvironmentVariable("GITHUB_OUTPUT")),
        }
            .OfType<string>()
            .ToList();
        if (faults.Count > 0)
            throw new CakeException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>Finds the fault of the limits of a process.</summary>
    /// <param name="limits">The lines of <c>/proc/self/limits</c>: name, soft limit, hard limit, unit, in columns.</param>
    internal static string? FindFaultOfLimits(IEnumerable<string> limits)
    {
        var line = limits.FirstOrDefault(limit => limit.StartsWith(OpenFiles, StringComparison.Ordinal));
        var soft = line?[OpenFiles.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files) && files < FewestOpenFiles
            ? $"The limit of open files is {files}; it must be at least {FewestOpenFiles}. Raise it: ulimit -n 1024"
            : null;
    }

    /// <summary>Finds the fault of the folder for temporary files, which a variable of the system names.</summary>
    internal static string? FindFaultOfTemporaryFolder(string folder) =>
        Directory.Exists(folder)
            ? null
            : $"The folder for temporary files is {folder}, which does not exist; it must be a folder that can be written. Create it, or "
                + $"set {(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR")} to another one, or unset that.";

    private static string? FindFaultOfFolder(BuildContext context, string folder)
    {
        if (Directory.Exists(folder))
            return null;
        var name = Path.GetRelativePath(context.Root, folder);
        var remedy = $"Move it away: mv {name} {name}.old";
        if (new FileInfo(folder).LinkTarget is { } target)
            return $"{name} is a link to {target}, which is not a folder; it must be a folder, or a link to one. {remedy}";
        return File.Exists(folder) ? $"{name} is a file; it must be a folder. {remedy}" : null;
    }

    private static string? FindFaultOfOutputs(string? file)
    {
        if (string.IsNullOrEmpty(file))
            return null;
        try
        {
            // Appended to later, by this step or by others.
            if (File.Exists(file))
                new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
            else if (Directory.Exists(file) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
                throw new IOException("there is no such file");
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"GITHUB_OUTPUT is {file}, which cannot be written; it must be the file that GitHub Actions made for the step. "
                + "Outside a pipeline, unset it.";
        }
    }
}
