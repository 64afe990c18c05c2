using Images.Building;
using Images.Docker;

namespace Images.Cleaning;

/// <summary>Deletes what runs that were killed left behind: logins first, then copies of build contexts.</summary>
public static class Leftovers
{
    // No build takes nearly as long.
    private static readonly TimeSpan LongestBuild = TimeSpan.FromDays(1);

    /// <summary>Deletes the leftovers of dead runs; those of a run that lives are kept.</summary>
    /// <param name="localFolder">Absolute path of the folder for temporary files of this checkout; it may be missing.</param>
    /// <param name="time">The clock.</param>
    public static void Sweep(string localFolder, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFolder);
        ArgumentNullException.ThrowIfNull(time);
        TemporaryDockerConfig.Sweep(Path.GetTempPath(), time.GetUtcNow());
        if (!Directory.Exists(localFolder))
            return;
        foreach (var left in new DirectoryInfo(localFolder).EnumerateFileSystemInfos())
        {
            var isOurs =
                left.Name.StartsWith(BuildFolder.Prefix, StringComparison.Ordinal)
                || (left.Name.StartsWith("image-", StringComparison.Ordinal) && left.Name.EndsWith(".id", StringComparison.Ordinal));
            if (isOurs && time.GetUtcNow().UtcDateTime - left.LastWriteTimeUtc > LongestBuild)
                Delete(left);
        }
    }

    private static void Delete(FileSystemInfo left)
    {
        try
        {
            if (left is DirectoryInfo folder)
                folder.Delete(recursive: true);
            else
                left.Delete();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It costs space and nothing else.
        }
    }
}
