using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Storage;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.References;

/// <summary>Finds and creates what a place in a datastore is on this machine.</summary>
internal static class PlaceFiles
{
    /// <summary>Finds a file or folder, and downloads one in a storage account.</summary>
    /// <returns>Either its path on this machine, where nothing may be, or why it cannot be read.</returns>
    public static async Task<(string? Path, string? Fault)> FetchAsync(DatastoreUri place, Workspace workspace, CancellationToken stop)
    {
        if (
            place.Datastore == StorageAccountNames.ArtifactStore
            && StorageContainers.FindArtifact(workspace, place.Path.TrimEnd('/')) is var (source, artifact)
        )
        {
            return source.Artifacts.PathOf(artifact) is { } own
                ? (own, null)
                : (null, $"job '{source.Name}' has no artifact '{artifact}'.");
        }

        if (workspace.FindStore(place) is not { } datastore || datastore.Body.Text("protocol") == "file")
            return Find(place, workspace);
        try
        {
            var copy = workspace.StateFolder.Mirror(workspace.Name, place.Datastore);
            return await new BlobMirror(datastore, workspace, copy).FetchAsync(place.Path, stop);
        }
        catch (OperationCanceledException)
        {
            return (null, "the job was ended while it was fetched.");
        }
    }

    /// <summary>Finds a file or folder in a datastore that is a folder of this machine.</summary>
    /// <returns>Either its path, where nothing may be, or why it cannot be read.</returns>
    // A job that writes to a datastore could lead a later one elsewhere by a link; so no link in a datastore is followed.
    public static (string? Path, string? Fault) Find(DatastoreUri place, Workspace workspace)
    {
        var (root, inside, fault) = Locate(place, workspace);
        if (root is null)
            return (null, fault);
        var path = Path.TrimEndingDirectorySeparator(Path.Combine(root, inside));
        return
            inside.Length > 0
            && Path.Exists(path)
            && new ConfinedFolder(root, isShared: true).Find(inside) is not ({ IsFile: true } or { IsFolder: true })
            ? (null, $"{path} is a link or leads through one, and links in a datastore are not followed; name its target as a datastore.")
            : (path, null);
    }

    /// <summary>
    /// Opens what was found from the folder above it that no job can replace: the root of its datastore or the state folder. A job may have
    /// replaced any part below that by a link since the path was checked.
    /// </summary>
    /// <param name="path">Absolute path, as <see cref="Find"/> and <see cref="FetchAsync"/> return it.</param>
    /// <param name="workspace">The workspace in which it was found.</param>
    /// <returns>That folder, and the path in it.</returns>
    public static (ConfinedFolder Folder, string Inside) Confine(string path, Workspace workspace)
    {
        var root = workspace
            .Datastores.List()
            .Where(datastore => datastore.Body.Text("protocol") == "file")
            .Select(datastore => datastore.Body.Text("endpoint") ?? "")
            .Append(workspace.StateFolder.Root)
            .Select(Path.TrimEndingDirectorySeparator)
            .Where(root => root.Length > 0 && path.StartsWith($"{root}/", StringComparison.Ordinal))
            .MaxBy(root => root.Length);
        // The root of a datastore itself, or a path that is in none.
        root ??= Path.GetDirectoryName(path)!;
        return (new(root, isShared: true), Path.GetRelativePath(root, path));
    }

    /// <summary>Creates the folder of an output.</summary>
    /// <returns>Either the output's path on this machine or why it cannot be written.</returns>
    public static (string? Path, string? Fault) Create(DatastoreUri place, bool isFile, Workspace workspace)
    {
        var (root, inside, fault) = Locate(place, workspace);
        if (root is null)
            return (null, fault);
        Directory.CreateDirectory(root);
        var folder = isFile ? inside[..Math.Max(inside.LastIndexOf('/'), 0)] : inside;
        try
        {
            if (folder.Length > 0)
                new ConfinedFolder(root, isShared: true).CreateFolder(folder);
        }
        catch (RefusedPathException error)
        {
            return (null, $"{error.Message} It is in {root}; name the target of a link as a datastore.");
        }

        return (Path.TrimEndingDirectorySeparator(Path.Combine(root, inside)), null);
    }

    private static (string? Root, string Inside, string? Fault) Locate(DatastoreUri place, Workspace workspace)
    {
        var inside = string.Join('/', place.Path.Split('/').Where(part => part is not ("" or ".")));
        if (workspace.Datastores.Find(place.Datastore) is not { } datastore)
            return (null, inside, $"workspace '{workspace.Name.Name}' has no datastore '{place.Datastore}'.");
        if (datastore.Body.Text("protocol") != "file")
        {
            return (
                null,
                inside,
                $"datastore '{place.Datastore}' is in storage account '{datastore.Body.Text("accountName")}' and is no folder."
            );
        }

        var root = datastore.Body.Text("endpoint") ?? "";
        return Path.IsPathRooted(root)
            ? (root, inside, null)
            : (
                null,
                inside,
                $"datastore '{place.Datastore}' has endpoint '{root}'; with protocol 'file' it must be the absolute path of a folder."
            );
    }
}
