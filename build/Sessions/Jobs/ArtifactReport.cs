using Build.Log;
using Experiments.Json;
using Workspaces.Jobs;

namespace Build.Sessions.Jobs;

/// <summary>Reports what became of the artifacts whose names this machine does not take.</summary>
internal static class ArtifactReport
{
    /// <summary>Returns the file that remembers which artifacts of a job a folder holds.</summary>
    public static string MemoryFile(BuildContext context, string job, string folder) =>
        Path.Combine(context.LocalFolder, "fetched", $"{ContentHash.Of($"{job}\n{folder}")[..16]}.txt");

    /// <summary>Lists the artifacts that were saved under another name.</summary>
    public static void ReportRenamed(BuildContext context, ArtifactDownload download)
    {
        foreach (var file in download.Files.Where(file => file.RenamedTo is not null))
            context.ReportDetail("renamed", $"{file.Path} → {file.RenamedTo}");
    }

    /// <summary>Warns of each artifact that was not saved.</summary>
    public static void ReportLost(BuildContext context, ArtifactDownload download)
    {
        foreach (var lost in download.Lost)
            context.Warn($"Artifact '{lost.Path}' was not saved: it {lost.Reason}.");
    }
}
