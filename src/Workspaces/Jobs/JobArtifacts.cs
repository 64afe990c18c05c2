using System.Net.Sockets;
using System.Security.Cryptography;
using Azure;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>Downloads the artifacts of a job: outputs, logs, and every file under ./outputs and ./logs.</summary>
/// <param name="workspace">The job's workspace.</param>
/// <param name="memoryFile">
/// File that remembers what was downloaded, so that unchanged artifacts are not downloaded again; null remembers nothing.
/// </param>
public sealed class JobArtifacts(WorkspaceClient workspace, string? memoryFile = null)
{
    private const int ConcurrentDownloads = 8;
    private const int Attempts = 4;

    // Error numbers of Linux: the file system does not take the name.
    private const int InvalidArgument = 22;
    private const int NameTooLong = 36;
    private const int InvalidSequence = 84;

    /// <summary>Lists the paths of the artifacts of a job.</summary>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<IReadOnlyList<string>> ListAsync(string jobName, CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync<IReadOnlyList<string>>(
            async () => [.. (await workspace.Artifacts.ListAsync(jobName, cancellationToken)).Select(artifact => artifact.Path)],
            cancellationToken
        );

    /// <summary>Downloads every artifact, several at a time. A file gets its name only when it is complete.</summary>
    /// <param name="jobName">Job name.</param>
    /// <param name="folder">Target folder, created when missing; files with the same names are replaced.</param>
    /// <param name="cancellationToken">Cancels the downloads; complete files stay.</param>
    /// <returns>The files, sorted by path.</returns>
    /// <exception cref="WorkspaceException">Artifacts could not be saved, for example because a path leads outside the folder (all others
    /// are saved then); or the service refused or did not respond.</exception>
    public Task<IReadOnlyList<DownloadedArtifact>> DownloadAsync(string jobName, string folder, CancellationToken cancellationToken) =>
        DownloadAsync(jobName, folder, _ => true, cancellationToken);

    /// <summary>Downloads the artifacts that are wanted, as <see cref="DownloadAsync(string, string, CancellationToken)"/> does.</summary>
    /// <param name="jobName">Job name.</param>
    /// <param name="folder">Target folder.</param>
    /// <param name="isWanted">Whether the artifact of a path is downloaded.</param>
    /// <param name="cancellationToken">Cancels the downloads; complete files stay.</param>
    public async Task<IReadOnlyList<DownloadedArtifact>> DownloadAsync(
        string jobName,
        string folder,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken
    )
    {
        var download = await FetchAsync(jobName, folder, isWanted, cancellationToken);
        return download.Lost.Count == 0
            ? download.Files
            : throw new WorkspaceException(
                $"{download.Lost.Count} of {download.Files.Count + download.Lost.Count} artifacts of job '{jobName}' could not be saved: "
                    + string.Join("; ", download.Lost.Take(10).Select(lost => $"'{lost.Path}' {lost.Reason}"))
                    + (download.Lost.Count > 10 ? "; …" : ".")
            );
    }

    /// <summary>As <see cref="DownloadAsync(string, string, CancellationToken)"/>, but returns what could not be saved.</summary>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<ArtifactDownload> FetchAsync(string jobName, string folder, CancellationToken cancellationToken) =>
        FetchAsync(jobName, folder, _ => true, cancellationToken);

    private Task<ArtifactDownload> FetchAsync(
        string jobName,
        string folder,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return ServiceErrors.GuardAsync(
            () => FetchAllAsync(jobName, Path.GetFullPath(folder), isWanted, cancellationToken),
            cancellationToken
        );
    }

    private async Task<ArtifactDownload> FetchAllAsync(
        string jobName,
        string folder,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken
    )
    {
        var listed = (await workspace.Artifacts.ListAsync(jobName, cancellationToken))
            .Where(artifact => isWanted(artifact.Path))
            .DistinctBy(artifact => artifact.Path, StringComparer.Ordinal)
            .OrderBy(artifact => artifact.Path, StringComparer.Ordinal)
            .ToArray();
        var names = new ArtifactNames(listed.Select(artifact => artifact.Path));
        var locals = listed.Select(artifact => names.Choose(artifact.Path)).ToArray();
        var memory = new FetchedFiles(memoryFile);
        var downloaded = new DownloadedArtifact?[listed.Length];
        var lost = new LostArtifact?[listed.Length];
        try
        {
            await Parallel.ForAsync(
                0,
                listed.Length,
                new ParallelOptions { MaxDegreeOfParallelism = ConcurrentDownloads, CancellationToken = cancellationToken },
                async (index, stop) =>
                {
                    if (locals[index] is not { } local)
                    {
                        lost[index] = new(listed[index].Path, $"must lead to a file under {folder}");
                        return;
                    }

                    var target = new Target(folder, local, listed[index]);
                    try
                    {
                        downloaded[index] = await FetchAsync(jobName, target, memory, stop);
                    }
                    catch (Exception error) when (FindReason(error) is not null)
                    {
                        lost[index] = new(listed[index].Path, FindReason(error)!);
                    }
                }
            );
        }
        finally
        {
            memory.Save();
        }

        return new([.. downloaded.OfType<DownloadedArtifact>()], [.. lost.OfType<LostArtifact>()]);
    }

    private async Task<DownloadedArtifact> FetchAsync(
        string jobName,
        Target target,
        FetchedFiles memory,
        CancellationToken cancellationToken
    )
    {
        var result = new DownloadedArtifact(target.Artifact.Path, target.File, 0)
        {
            RenamedTo = target.Name == target.Artifact.Path ? null : target.Name,
        };
        if (await FindUnchangedAsync(target, memory, cancellationToken) is { } known)
            return result with { Length = known.Length, WasUnchanged = true };

        var (length, md5) = await DownloadAsync(jobName, target, cancellationToken);
        memory.Set(target.File, Entry(target, md5));
        return result with { Length = length };
    }

    /// <summary>Returns the record of a local file that still holds the artifact; null when it must be downloaded.</summary>
    private static async Task<FetchedFiles.Entry?> FindUnchangedAsync(
        Target target,
        FetchedFiles memory,
        CancellationToken cancellationToken
    )
    {
        var file = new FileInfo(target.File);
        if (
            target.Artifact.Version.Length == 0
            || memory.Find(target.File) is not { } known
            || known.Version != target.Artifact.Version
            || !file.Exists
            || file.Length != known.Length
        )
        {
            return null;
        }

        if (file.LastWriteTimeUtc.Ticks == known.Written)
            return known;
        // Touched, or restored from a cache: the content decides.
        var md5 = await HashAsync(target.File, cancellationToken);
        if (md5 != known.Md5)
            return null;
        memory.Set(target.File, Entry(target, md5));
        return known;
    }

    private static FetchedFiles.Entry Entry(Target target, string md5)
    {
        var file = new FileInfo(target.File);
        return new(target.Artifact.Version, file.Length, file.LastWriteTimeUtc.Ticks, md5);
    }

    private async Task<(long Length, string Md5)> DownloadAsync(string jobName, Target target, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target.File)!);
        // A short name of its own: the artifact's may be as long as the file system allows.
        var unfinished = Path.Combine(target.Folder, $".{Guid.NewGuid():N}.part");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                long length;
                string md5;
                await using (var file = File.Create(unfinished))
                await using (var hashing = new HashingStream(file))
                {
                    length = await workspace.Artifacts.DownloadAsync(jobName, target.Artifact.Path, hashing, cancellationToken);
                    md5 = hashing.Md5();
                }

                File.Move(unfinished, target.File, overwrite: true);
                return (length, md5);
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

#pragma warning disable CA5351 // MD5 tells whether a file is the same and secures nothing.
    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await MD5.HashDataAsync(file, cancellationToken));
    }
#pragma warning restore CA5351

    // Errors that affect one file and no other.
    private static string? FindReason(Exception error) =>
        error switch
        {
            RequestFailedException { Status: 404 } => "is no longer among the job's artifacts",
            PathTooLongException => "has a path that is too long for this file system",
            IOException io when (io.HResult & 0xFFFF) is InvalidArgument or NameTooLong or InvalidSequence =>
                "has a name that this file system does not take",
            _ => null,
        };

    // A full disk is an IOException too, but a retry does not help.
    private static bool IsBrokenStream(Exception error, CancellationToken cancellationToken) =>
        error is HttpIOException or IOException { InnerException: SocketException }
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>An artifact and its local file.</summary>
    private sealed record Target(string Folder, string Name, ListedArtifact Artifact)
    {
        public string File { get; } = Path.Combine([Folder, .. Name.Split('/')]);
    }
}
