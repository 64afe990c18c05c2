using System.Text.Json.Nodes;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Studio;

/// <summary>Finds the images of a job's dataset on this machine.</summary>
internal static class DatasetImages
{
    private const string DataInput = "data";

    /// <summary>Finds the folder of the images: <c>IMAGE_TYPE/images</c> in the job's data input.</summary>
    /// <returns>A confined folder and the path of the images in it; else why they cannot be shown.</returns>
    public static (ConfinedFolder? Folder, string Path, string? Fault) Locate(Workspace workspace, Run run, JsonObject? config)
    {
        if (run.Job?.Inputs.GetValueOrDefault(DataInput) is not { Kind: JobInputKind.Mount } input)
            return (null, "", "The job has no input 'data'.");
        if (config.Text("IMAGE_TYPE") is not { } type || !ConfinedFolder.IsPath(type))
            return (null, "", "The job's exp_config does not tell the folder of its images.");
        var place = input.Place ?? AssetPlaces.Locate(workspace, input.Value, "uri_folder").Place;
        if (place is null || workspace.FindStore(place) is not { } datastore)
            return (null, "", "The datastore of the job's data does not exist any more.");
        // A blob container is read from the copy that was made for the job.
        var root =
            datastore.Body.Text("protocol") == "file"
                ? datastore.Body.Text("endpoint") ?? ""
                : workspace.StateFolder.Mirror(workspace.Name, place.Datastore);
        var path = string.Join('/', place.Path.Split('/').Where(part => part is not ("" or ".")).Append(type).Append("images"));
        if (!Path.IsPathRooted(root) || !ConfinedFolder.IsPath(path))
            return (null, "", "The job's data is not in a folder of this machine.");
        var folder = new ConfinedFolder(root, isShared: true);
        return folder.Find(path) is { IsFolder: true }
            ? (folder, path, null)
            : (null, "", $"Datastore '{place.Datastore}' has no folder '{path}', or a link is on its path.");
    }
}
