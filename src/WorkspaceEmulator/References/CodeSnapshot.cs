using WorkspaceEmulator.Files;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.References;

/// <summary>Copies the code of a job to its working folder. Links are not followed, and are not copied.</summary>
internal static class CodeSnapshot
{
    /// <summary>Copies the code.</summary>
    /// <returns>Why it cannot be copied; null when it was copied, or the job has no code.</returns>
    public static async Task<string?> UnpackAsync(Workspace workspace, Run run, CancellationToken stop)
    {
        var (code, fault) = JobNeeds.FindCode(run.Document.Definition ?? [], workspace);
        if (code is null)
            return fault is null ? null : $"The job's code cannot be read: {fault}";
        var (place, wrong, _) = AssetPlaces.Locate(workspace, code.Body.Text("codeUri") ?? "", null);
        if (place is null || !(Workspace.IsBuiltIn(place.Datastore) || StorageAccountNames.IsUpload(place.Datastore)))
            return $"The job's code cannot be read: {wrong ?? $"{place} is not in the workspace's own storage."}";
        var (path, missing) = await PlaceFiles.FetchAsync(place, workspace, stop);
        if (path is null)
            return $"The job's code cannot be read: {missing}";
        var (files, source) = PlaceFiles.Confine(path, workspace);
        var names = files.Find(source) is { IsFile: true } ? [""] : files.ListFiles(source);
        if (names.Count == 0)
            return $"The job's code is {place}, where there are no files.";
        foreach (var name in names)
        {
            var from = name.Length == 0 ? source : $"{source}/{name}";
            var to = $"{RunArtifacts.WorkingFolder}/{(name.Length == 0 ? source.Split('/')[^1] : name)}";
            if (run.Files.Find(to) is not null)
                continue; // Left by an earlier attempt in a folder that is kept.
            using var content = files.OpenRead(from) is { } file ? new FileSnapshot(file) : null;
            if (content is null)
                continue;
            using var copy = run.Files.CreateFile(to);
            content.CopyTo(copy);
        }

        run.LogSystem($"{names.Count} files of {code.Name} were copied to the working folder.");
        return null;
    }
}
