using Workspaces.Logs;

namespace Workspaces.Jobs;

/// <summary>A downloaded artifact of a job.</summary>
/// <param name="Path">Path in the job's artifacts, with forward slashes, such as <c>outputs/final_model/weights.pth</c>.</param>
/// <param name="File">Absolute path of the local file.</param>
/// <param name="Length">Size in bytes.</param>
public sealed record DownloadedArtifact(string Path, string File, long Length)
{
    /// <summary>Gets the local path relative to the target folder, when it differs from <see cref="Path"/>; else null.</summary>
    public string? RenamedTo { get; init; }

    /// <summary>Gets whether it is a log of the job's own output.</summary>
    public bool IsLog => JobLogs.IsLog(Path);

    /// <summary>Gets whether the local file held the artifact before, so that it was not downloaded.</summary>
    public bool WasUnchanged { get; init; }
}
