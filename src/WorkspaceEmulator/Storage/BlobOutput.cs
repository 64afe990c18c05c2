using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Storage;

/// <summary>
/// Represents a file or folder that a job writes to a blob container: an output, or a writable input. The job writes to a folder of its
/// own, from which changes are written to the container, as a mount does when a file is closed.
/// </summary>
/// <param name="name">Name of the output.</param>
/// <param name="datastore">The datastore, to which jobs can write.</param>
/// <param name="path">Path in the container; empty for all of it.</param>
/// <param name="isUploaded">Whether everything is written at the end (mode Upload), and nothing is read before.</param>
internal sealed class BlobOutput(string name, ArmDocument datastore, string path, bool isUploaded)
{
    /// <summary>The folder of a job's own copies, in the run's folder.</summary>
    public const string Root = "mounted";

    private const int ParallelUploads = 8;
    private readonly string inside = path.Trim('/');

    // What the container has, and what the last look at the folder found.
    private readonly ConcurrentDictionary<string, FileFacts> written = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FileFacts> seen = new(StringComparer.Ordinal);
    private ConfinedFolder? files;
    private BlobContainerClient? container;

    /// <summary>Gets the name of the output.</summary>
    public string Name => name;

    /// <summary>Gets whether it is a writable input.</summary>
    public bool IsInput { get; init; }

    /// <summary>Gets whether everything is written at the end.</summary>
    public bool IsUploaded => isUploaded;

    private string Folder => $"{Root}/{(IsInput ? "inputs" : "outputs")}/{name}";

    /// <summary>Creates the job's own copy of what the container has.</summary>
    /// <param name="runFiles">The run's folder.</param>
    /// <param name="workspace">The workspace, whose state folder learns of damaged files.</param>
    /// <param name="isFile">Whether the path is that of a file.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Either the path on this machine or why the container cannot be used.</returns>
    public async Task<(string? LocalPath, string? Fault)> OpenAsync(
        ConfinedFolder runFiles,
        Workspace workspace,
        bool isFile,
        CancellationToken cancellationToken
    )
    {
        if (DatastoreContainer.WriteRefusal(datastore.Body) is { } refusal)
            return (null, $"it is in {refusal}.");
        files = runFiles;
        (container, var fault) = await DatastoreContainer.OpenAsync(datastore, workspace, cancellationToken);
        if (container is null)
            return (null, fault);
        files.Delete(Folder); // An earlier attempt ran on another node.
        files.Delete(Folder + BlobMirror.ETagsExtension); // Its job could write it.
        if (!isUploaded)
        {
            var (copy, wrong) = await new BlobMirror(datastore, workspace, files.PathOf(Folder)).FetchAsync(inside, cancellationToken);
            if (copy is null)
                return (null, wrong);
        }

        var place = inside.Length == 0 ? Folder : $"{Folder}/{inside}";
        files.CreateFolder(isFile ? place[..place.LastIndexOf('/')] : place);
        foreach (var (blob, facts) in Scan())
            written[blob] = facts;
        return (files.PathOf(place), null);
    }

    /// <summary>Writes what has changed to the container, and deletes there what the job has deleted.</summary>
    /// <param name="isEnd">Whether the job has ended; else a file that is still changing waits for the next time.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How many blobs were written or deleted, and why that failed; null when it did not.</returns>
    public async Task<(int Count, string? Fault)> WriteAsync(bool isEnd, CancellationToken cancellationToken)
    {
        var current = Scan();
        var changed = current.Where(file => written.GetValueOrDefault(file.Key) != file.Value).ToList();
        if (!isEnd)
        {
            changed = [.. changed.Where(file => seen.GetValueOrDefault(file.Key) == file.Value)];
            seen.Clear();
            foreach (var (blob, facts) in current)
                seen[blob] = facts;
        }

        var gone = written.Keys.Where(blob => !current.ContainsKey(blob)).ToList();
        try
        {
            await Parallel.ForEachAsync(
                changed,
                new ParallelOptions { MaxDegreeOfParallelism = ParallelUploads, CancellationToken = cancellationToken },
                async (file, stop) =>
                {
                    if (files!.OpenRead($"{Folder}/{file.Key}") is not { } handle)
                        return; // Deleted since.
                    await using var content = new FileSnapshot(handle);
                    await container!.GetBlobClient(file.Key).UploadAsync(content, overwrite: true, stop);
                    written[file.Key] = file.Value;
                }
            );
            foreach (var blob in gone)
            {
                await container!.GetBlobClient(blob).DeleteIfExistsAsync(cancellationToken: cancellationToken);
                written.TryRemove(blob, out _);
            }
        }
        catch (Exception error) when (DatastoreContainer.IsFailure(error))
        {
            return (0, DatastoreContainer.Explain(datastore, container!, error));
        }

        return (changed.Count + gone.Count, null);
    }

    /// <summary>Deletes the job's own copy, once the container has everything.</summary>
    public void Close() => files!.Delete(Folder);

    private Dictionary<string, FileFacts> Scan()
    {
        var found = new Dictionary<string, FileFacts>(StringComparer.Ordinal);
        foreach (var file in files!.ListFiles(Folder).Where(file => BlobMirror.IsWithin(file, inside)))
        {
            // The number of names says nothing about the content.
            if (files.Find($"{Folder}/{file}") is { IsFile: true } facts)
                found[file] = facts with { Links = 1 };
        }

        return found;
    }
}
