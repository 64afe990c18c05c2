using System.Net.Sockets;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>A downloaded artifact of a job.</summary>
/// <param name="Path">Path in the job's artifacts, with forward slashes, such as <c>outputs/final_model/weights.pth</c>.</param>
/// <param name="File">Absolute path of the local file.</param>
/// <param name="Length">Size in bytes.</param>
public sealed record DownloadedArtifact(string Path, string File, long Length);

/// <summary>Downloads the artifacts of a job: outputs, logs, and every file under ./outputs and ./logs.</summary>
public sealed class JobArtifacts(WorkspaceClient workspace)
{
    private const int ConcurrentDownloads = 4;
    private const int Attempts = 4;

    /// <summary>Downloads every artifact, several at a time. A file gets its name only when it is complete.</summary>
    /// <param name="jobName">Job name.</param>
    /// <param name="folder">Target folder, created when missing; files with the same names are replaced.</param>
    /// <param name="cancellationToken">Cancels the downloads; complete files stay.</param>
    /// <returns>The files, sorted by path.</returns>
    /// <exception cref="WorkspaceException">An artifact's path leads outside the folder (nothing is written then), or the service refused
    /// or did not respond.</exception>
    public Task<IReadOnlyList<DownloadedArtifact>> DownloadAsync(string jobName, string folder, CancellationToken cancellationToken)
    {
        return DownloadAsync(jobName, folder, _ => true, cancellationToken);
    }

    /// <summary>Downloads the artifacts that are wanted, as <see cref="DownloadAsync(string, string, CancellationToken)"/> does.</summary>
    /// <param name="jobName">Job name.</param>
    /// <param name="folder">Target folder.</param>
    /// <param name="isWanted">Whether the artifact of a path is downloaded.</param>
    /// <param name="cancellationToken">Cancels the downloads; complete files stay.</param>
    public Task<IReadOnlyList<DownloadedArtifact>> DownloadAsync(
        string jobName,
        string folder,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return ServiceErrors.GuardAsync(() => DownloadWantedAsync(jobName, folder, isWanted, cancellationToken), cancellationToken);
    }

    private async Task<IReadOnlyList<DownloadedArtifact>> DownloadWantedAsync(
        string jobName,
        string folder,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken
    )
    {
        var paths = (await workspace.Artifacts.ListAsync(jobName, cancellationToken))
            .Where(isWanted)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        var files = paths.Select(path => ResolveFile(jobName, folder, path)).ToArray();
        var downloaded = new DownloadedArtifact[paths.Length];
        await Parallel.ForAsync(
            0,
            paths.Length,
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentDownloads, CancellationToken = cancellationToken },
            async (index, stop) =>
                downloaded[index] = new DownloadedArtifact(
                    paths[index],
                    files[index],
                    await DownloadAsync(jobName, paths[index], files[index], stop)
                )
        );
        return downloaded;
    }

    /// <summary>Returns the local file of an artifact.</summary>
    /// <exception cref="WorkspaceException">The path names no file under <paramref name="folder"/>: a job chooses its artifacts' names,
    /// but not where they are written.</exception>
    internal static string ResolveFile(string jobName, string folder, string path)
    {
        var root = Path.GetFullPath(folder);
        var parts = path.Split('/');
        var safe = parts.All(part => part.Length > 0 && part is not "." and not ".." && part.AsSpan().IndexOfAny('\\', ':', '\0') < 0);
        return safe
            ? Path.Combine([root, .. parts])
            : throw new WorkspaceException(
                $"Job '{jobName}' has the artifact path '{path}'; it must lead to a file under {root}. Nothing was downloaded."
            );
    }

    private async Task<long> DownloadAsync(string jobName, string path, string file, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var unfinished = $"{file}.part";
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                long length;
                await using (var target = File.Create(unfinished))
                    length = await workspace.Artifacts.DownloadAsync(jobName, path, target, cancellationToken);

                File.Move(unfinished, file, overwrite: true);
                return length;
            }
            catch (Exception error) when (attempt < Attempts && IsBrokenStream(error, cancellationToken))
            {
                // The pipeline retries requests, but not bodies that break off: download this file again.
                await Task.Delay(workspace.Retries.DelayBefore(attempt), workspace.Retries.Time, cancellationToken);
            }
            finally
            {
                File.Delete(unfinished);
            }
        }
    }

    // A full disk is an IOException too, but a retry does not help.
    private static bool IsBrokenStream(Exception error, CancellationToken cancellationToken) =>
        error is HttpIOException or IOException { InnerException: SocketException }
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
