using System.Text.RegularExpressions;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Blobs;

/// <summary>Finds the containers of a workspace's storage account, and their blobs on this machine.</summary>
internal static partial class StorageContainers
{
    private const string UploadFolder = "uploads";

    [GeneratedRegex(
        @"^ExperimentRun/dcid\.(?<run>[^/]+)(/(?<path>.*))?\z",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex RunPath();

    /// <summary>Returns a new container for one upload.</summary>
    public static async Task<string> CreateUploadAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        var name = StorageAccountNames.NewUpload();
        if (workspace.Azurite is { } azurite)
            await azurite.CreateAsync(name, cancellationToken);
        else
            FilesOf(workspace).CreateFolder($"{DatastoreUri.DefaultDatastore}/{UploadFolder}/{name}");
        return name;
    }

    /// <summary>Returns where a container's blobs are, as a path in a datastore; null when there is no such container.</summary>
    public static DatastoreUri? PlaceOf(Workspace workspace, string container)
    {
        foreach (var datastore in StorageAccountNames.BuiltInDatastores)
        {
            if (StorageAccountNames.ContainerOf(workspace.Name, datastore) == container)
                return new(datastore, "");
        }

        if (workspace.Azurite is not null)
            return StorageAccountNames.IsUpload(container) ? new(container, "") : null;
        var path = $"{UploadFolder}/{container}";
        return
            StorageAccountNames.IsUpload(container)
            && FilesOf(workspace).Find($"{DatastoreUri.DefaultDatastore}/{path}") is { IsFolder: true }
            ? new(DatastoreUri.DefaultDatastore, path)
            : null;
    }

    /// <summary>Opens a container; null when it is missing.</summary>
    public static IBlobContainer? Open(Workspace workspace, string container) =>
        container == StorageAccountNames.Artifacts ? new RunsContainer(workspace)
        : PlaceOf(workspace, container) is { } place
            ? new FolderContainer(
                FilesOf(workspace),
                place.Path.Length == 0 ? place.Datastore : $"{place.Datastore}/{place.Path}",
                workspace.StateFolder.BlobFacts(workspace.Name, container),
                workspace.StateFolder
            )
        : null;

    /// <summary>Returns the folders of the workspace's own datastores, each under its name.</summary>
    public static ConfinedFolder FilesOf(Workspace workspace) =>
        new(Path.GetDirectoryName(workspace.StateFolder.Storage(workspace.Name, DatastoreUri.DefaultDatastore))!, isShared: true);

    /// <summary>Reads the name of a blob of the artifacts' container.</summary>
    /// <returns>The run and the path of its artifact, which is empty for all of them; null for a name of another form.</returns>
    public static (Run Run, string Path)? FindArtifact(Workspace workspace, string blob) =>
        RunPath().Match(blob) is { Success: true } match && workspace.Runs.TryGetValue(match.Groups["run"].Value, out var run)
            ? (run, match.Groups["path"].Value)
            : null;

    /// <summary>Returns the run that the name of a blob of the artifacts' container begins with; null for a name of another form.</summary>
    public static string? RunOfArtifact(string blob) => RunPath().Match(blob) is { Success: true } match ? match.Groups["run"].Value : null;
}
