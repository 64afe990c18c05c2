using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Storage;

/// <summary>
/// Copies what jobs read from a blob container to a folder of the emulator. The copy is updated before a job starts, where a mount would
/// download files as they are opened. Blobs with an unchanged ETag are not downloaded again.
/// </summary>
/// <param name="datastore">A datastore of type AzureBlob.</param>
/// <param name="workspace">The workspace, whose state folder learns of damaged files.</param>
/// <param name="folder">Folder of the copy, to which jobs may write. A file and a folder beside it hold the ETags and what arrives.</param>
internal sealed class BlobMirror(ArmDocument datastore, Workspace workspace, string folder)
{
    /// <summary>What follows a copy's name in the name of the file with its ETags.</summary>
    public const string ETagsExtension = ".etags.json";

    private const int ParallelDownloads = 16;

    private const string Arriving = "arriving";

    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Locks = new(StringComparer.Ordinal);

    // The copy, and beside it what arrives.
    private readonly string name = Path.GetFileName(folder);
    private readonly ConfinedFolder files = new(Path.GetDirectoryName(folder)!);

    /// <summary>Updates the copy of a file or folder.</summary>
    /// <param name="path">Path in the container; empty for all of it.</param>
    /// <param name="cancellationToken">Stops; what was downloaded stays.</param>
    /// <returns>Either its path on this machine or why it cannot be copied.</returns>
    public async Task<(string? LocalPath, string? Fault)> FetchAsync(string path, CancellationToken cancellationToken)
    {
        var (container, fault) = await DatastoreContainer.OpenAsync(datastore, workspace, cancellationToken);
        if (container is null)
            return (null, fault);
        // Jobs that read one datastore share the copy; one job updates it at a time.
        var mutex = Locks.GetOrAdd(folder, _ => new SemaphoreSlim(1));
        await mutex.WaitAsync(cancellationToken);
        try
        {
            StateFile.CreateFolder(Path.GetDirectoryName(folder)!);
            await FetchAsync(container, path.Trim('/'), cancellationToken);
            var place = Locate(path.Trim('/'));
            return files.Find(place) is null or { IsFile: true } or { IsFolder: true }
                ? (Path.TrimEndingDirectorySeparator(Path.Combine(folder, path)), null)
                : (null, $"datastore '{datastore.Name}': its copy of '{path}' was replaced by a link.");
        }
        catch (Exception error) when (DatastoreContainer.IsFailure(error))
        {
            return (null, DatastoreContainer.Explain(datastore, container, error));
        }
        finally
        {
            mutex.Release();
        }
    }

    private async Task FetchAsync(BlobContainerClient container, string path, CancellationToken cancellationToken)
    {
        var known = ReadETags();
        var current = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (blob, eTag) in known)
        {
            if (!IsWithin(blob, path))
                current[blob] = eTag;
        }

        try
        {
            var blobs = container
                .GetBlobsAsync(new GetBlobsOptions { Prefix = path.Length == 0 ? null : path }, cancellationToken)
                .Where(blob => IsWithin(blob.Name, path) && !blob.Name.EndsWith('/'));
            await Parallel.ForEachAsync(
                blobs,
                new ParallelOptions { MaxDegreeOfParallelism = ParallelDownloads, CancellationToken = cancellationToken },
                async (blob, stop) =>
                {
                    var eTag = blob.Properties.ETag?.ToString() ?? "";
                    var file = Locate(blob.Name);
                    if (known.GetValueOrDefault(blob.Name) != eTag || files.Find(file) is not { IsFile: true })
                        await FetchAsync(container.GetBlobClient(blob.Name), file, stop);
                    current[blob.Name] = eTag;
                }
            );
            foreach (var gone in known.Keys.Where(blob => !current.ContainsKey(blob)))
                files.Delete(Locate(gone));
        }
        finally
        {
            files.Delete($"{name}.{Arriving}");
            StateFile.Write(ETagFile, JsonSerializer.Serialize(current));
        }
    }

    private async Task FetchAsync(BlobClient blob, string file, CancellationToken cancellationToken)
    {
        var temporary = $"{name}.{Arriving}/{Guid.NewGuid():N}";
        try
        {
            var response = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
            await using (var content = response.Value.Content)
            await using (var target = files.CreateFile(temporary))
                await content.CopyToAsync(target, cancellationToken);
            files.Move(temporary, file);
        }
        finally
        {
            files.Delete(temporary);
        }
    }

    private string ETagFile => folder + ETagsExtension;

    private Dictionary<string, string> ReadETags()
    {
        var stored = workspace.StateFolder.ReadJson<Dictionary<string, string?>>(
            ETagFile,
            stored =>
                stored.All(entry => entry.Value is not null && ConfinedFolder.IsPath(entry.Key)) ? null : "an entry is no ETag of a blob",
            $"The copy of datastore '{datastore.Name}' is downloaded again."
        );
        // Without the ETags nobody knows which files of the copy are blobs that are gone.
        if (stored is null)
            files.Delete(name);
        return stored?.ToDictionary(entry => entry.Key, entry => entry.Value!, StringComparer.Ordinal) ?? [];
    }

    /// <exception cref="IOException">The blob's name points outside of the folder.</exception>
    private string Locate(string blob)
    {
        if (blob.Length == 0)
            return name;
        return ConfinedFolder.IsPath(blob)
            ? $"{name}/{blob}"
            : throw new IOException($"blob '{blob}' has a name that points outside of its container");
    }

    /// <summary>Returns whether a blob is a path of its container, or below it.</summary>
    public static bool IsWithin(string blob, string path) =>
        path.Length == 0 || blob == path || blob.StartsWith(path + "/", StringComparison.Ordinal);
}
