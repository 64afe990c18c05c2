using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Blobs;

/// <summary>Represents the storage account of a workspace. Its containers are the workspace's own datastores.</summary>
/// <param name="Name">Its name, by which its addresses begin.</param>
/// <param name="Key">The account key, in base64. It signs requests and shared access signatures.</param>
/// <param name="Workspace">The workspace it belongs to.</param>
internal sealed record StorageAccount(string Name, string Key, Workspace Workspace)
{
    public string ArmId =>
        $"/subscriptions/{Workspace.Name.SubscriptionId}/resourceGroups/{Workspace.Name.ResourceGroup}/providers/"
        + $"Microsoft.Storage/storageAccounts/{Name}";

    /// <summary>Gets the decoded key.</summary>
    public byte[] KeyBytes => Convert.FromBase64String(Key);

    /// <summary>
    /// Returns the host and port of all accounts. Microsoft's .NET client takes the account from the path only after an IP address.
    /// </summary>
    public static string HostOf(EmulatorAddress address) => $"127.0.0.1:{address.Endpoint.Port}";

    /// <summary>Returns the address of a container, which ends in its name, as with other emulators of storage accounts.</summary>
    public string AddressOf(EmulatorAddress address, string container) => $"https://{HostOf(address)}/{Name}/{container}";
}
