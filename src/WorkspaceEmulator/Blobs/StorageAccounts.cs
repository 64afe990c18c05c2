using WorkspaceEmulator.Access;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Blobs;

/// <summary>Finds the storage accounts of workspaces. Name and key follow from the workspace and the emulator's secret key.</summary>
internal sealed class StorageAccounts(WorkspaceStore workspaces, SecretBox secrets)
{
    public StorageAccount Of(Workspace workspace)
    {
        var name = StorageAccountNames.Of(workspace.Name);
        return new(name, secrets.DeriveAccountKey(name), workspace);
    }

    public StorageAccount? Find(string name) =>
        workspaces.All.FirstOrDefault(workspace => StorageAccountNames.Of(workspace.Name) == name) is { } found ? Of(found) : null;
}
