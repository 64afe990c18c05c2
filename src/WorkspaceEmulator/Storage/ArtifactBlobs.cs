using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Storage;

/// <summary>
/// Keeps the container of jobs' artifacts equal to the jobs' folders: what a job has written is pushed when a client asks for it, and what
/// a client writes is pulled at once.
/// </summary>
internal sealed class ArtifactBlobs(AzuriteAccount account)
{
    private static readonly FileFacts Unknown = new(false, false, -1, 0, DateTimeOffset.MinValue);
    private readonly ConcurrentDictionary<string, Pushed> runs = new(StringComparer.Ordinal);

    /// <summary>Pushes the artifacts of the jobs that a request can be about, and deletes those of jobs that were deleted.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="prefix">What the names of the blobs start with.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="Azure.RequestFailedException">Azurite refuses a blob.</exception>
    public async Task PushAsync(Workspace workspace, string prefix, CancellationToken cancellationToken)
    {
        var container = await account.OpenAsync(StorageAccountNames.Artifacts, cancellationToken);
        if (StorageContainers.RunOfArtifact(prefix) is { } name && prefix.Length >= RunsContainer.FolderOf(name).Length)
        {
            if (workspace.Runs.TryGetValue(name, out var run))
                await PushAsync(container, run, cancellationToken);
            else
                await DeleteAsync(container, RunsContainer.FolderOf(name), cancellationToken);
            return;
        }

        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in workspace.Runs.Values)
        {
            var folder = RunsContainer.FolderOf(run.Name);
            folders.Add(folder);
            if (folder.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(folder, StringComparison.Ordinal))
                await PushAsync(container, run, cancellationToken);
        }

        var there = container.GetBlobsByHierarchyAsync(
            new GetBlobsByHierarchyOptions { Prefix = RunsContainer.Root, Delimiter = "/" },
            cancellationToken
        );
        await foreach (var item in there)
        {
            if (item.IsPrefix && !folders.Contains(item.Prefix))
                await DeleteAsync(container, item.Prefix, cancellationToken);
        }
    }

    /// <summary>Pulls an artifact that a client has written.</summary>
    /// <exception cref="Azure.RequestFailedException">Azurite does not return it.</exception>
    /// <exception cref="IOException">The job's folder does not take it.</exception>
    public async Task PullAsync(Run run, string path, CancellationToken cancellationToken)
    {
        var container = await account.OpenAsync(StorageAccountNames.Artifacts, cancellationToken);
        var blob = container.GetBlobClient(RunsContainer.FolderOf(run.Name) + path);
        try
        {
            var response = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
            await using var content = response.Value.Content;
            await run.Artifacts.StoreAsync(path, content, UploadMode.Replace, cancellationToken);
        }
        catch (IOException)
        {
            await blob.DeleteIfExistsAsync(cancellationToken: cancellationToken); // Otherwise the two would differ.
            throw;
        }

        if (run.Artifacts.Find(path) is { } facts)
            Of(run).Files[path] = Comparable(facts);
    }

    private async Task PushAsync(BlobContainerClient container, Run run, CancellationToken cancellationToken)
    {
        var pushed = Of(run);
        await pushed.Mutex.WaitAsync(cancellationToken);
        try
        {
            var folder = RunsContainer.FolderOf(run.Name);
            var current = run
                .Artifacts.List()
                .Select(path => (path, facts: run.Artifacts.Find(path)))
                .Where(file => file.facts is not null)
                .ToDictionary(file => file.path, file => Comparable(file.facts!), StringComparer.Ordinal);
            if (!pushed.IsRead)
                await ReadAsync(container, folder, pushed, current, cancellationToken);
            foreach (var (path, facts) in current.Where(file => pushed.Files.GetValueOrDefault(file.Key) != file.Value))
            {
                await PushAsync(container, folder, run, path, cancellationToken);
                pushed.Files[path] = facts;
            }

            foreach (var gone in pushed.Files.Keys.Where(path => !current.ContainsKey(path)).ToList())
            {
                await container.GetBlobClient(folder + gone).DeleteIfExistsAsync(cancellationToken: cancellationToken);
                pushed.Files.TryRemove(gone, out _);
            }
        }
        finally
        {
            pushed.Mutex.Release();
        }
    }

    private static async Task PushAsync(BlobContainerClient container, string folder, Run run, string path, CancellationToken stop)
    {
        await using var content = run.Artifacts.Open(path);
        if (content is null)
            return; // Deleted since.
        try
        {
            await container.GetBlobClient(folder + path).UploadAsync(content, overwrite: true, stop);
        }
        catch (RequestFailedException error) when (error.Status is >= 400 and < 500)
        {
            // A job may give a file a name that no blob can have. The other artifacts can be read all the same.
            run.LogSystem($"Artifact '{path}' is no blob of container '{container.Name}': {error.ErrorCode}.");
        }
    }

    // An earlier emulator pushed them: those are equal that have the same length and are not older.
    private static async Task ReadAsync(
        BlobContainerClient container,
        string folder,
        Pushed pushed,
        Dictionary<string, FileFacts> current,
        CancellationToken cancellationToken
    )
    {
        await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions { Prefix = folder }, cancellationToken))
        {
            var path = blob.Name[folder.Length..];
            var facts = current.GetValueOrDefault(path);
            var isSame = facts?.Length == blob.Properties.ContentLength && facts?.ModifiedAt <= blob.Properties.LastModified;
            pushed.Files[path] = isSame ? facts! : Unknown;
        }

        pushed.IsRead = true;
    }

    private async Task DeleteAsync(BlobContainerClient container, string folder, CancellationToken cancellationToken)
    {
        runs.TryRemove(folder, out _);
        await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions { Prefix = folder }, cancellationToken))
            await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
    }

    private Pushed Of(Run run) => runs.GetOrAdd(RunsContainer.FolderOf(run.Name), _ => new());

    // The number of names says nothing about the content.
    private static FileFacts Comparable(FileFacts facts) => facts with { Links = 1 };

    private sealed class Pushed
    {
        public SemaphoreSlim Mutex { get; } = new(1);

        // What the container has.
        public ConcurrentDictionary<string, FileFacts> Files { get; } = new(StringComparer.Ordinal);

        public bool IsRead { get; set; }
    }
}
