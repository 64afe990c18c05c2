using System.Text.Json.Nodes;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Storage;

/// <summary>Opens the blob container of a registered datastore.</summary>
internal static class DatastoreContainer
{
    private const string PublicCloud = "core.windows.net";
    private static readonly string[] AzureDomains = ["windows.net", "azure.net", "chinacloudapi.cn", "usgovcloudapi.net"];

    /// <summary>Returns why jobs cannot write to a datastore, as the end of a clause; null when they can.</summary>
    /// <param name="datastore">The properties of a datastore that is no folder of this machine.</param>
    public static string? WriteRefusal(JsonObject datastore)
    {
        if (datastore.Text("datastoreType") != "AzureBlob")
            return $"a datastore of type {datastore.Text("datastoreType")}";
        var host = (datastore.Text("endpoint") ?? PublicCloud).Split('/', ':')[0].TrimEnd('.');
        if (AzureDomains.Any(domain => $".{host}".EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase)))
            return $"a storage account of Azure ('{datastore.Text("accountName")}'), to which the emulator never writes";
        return datastore.Object("credentials").Text("credentialsType") is "AccountKey" or "Sas"
            ? null
            : "a datastore without account key or SAS, as the emulator has no identity";
    }

    /// <summary>Opens the container.</summary>
    /// <param name="datastore">A datastore of type AzureBlob: one of the workspace's own, or one with an account key or SAS.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Either the container or why it cannot be opened.</returns>
    public static async Task<(BlobContainerClient? Container, string? Fault)> OpenAsync(
        ArmDocument datastore,
        Workspace workspace,
        CancellationToken cancellationToken
    )
    {
        if (workspace.Azurite is not { } azurite || datastore.Body.Text("accountName") != azurite.Name)
            return Open(datastore, SecretBox.LoadOrCreate(workspace.StateFolder));
        try
        {
            return (await azurite.OpenAsync(datastore.Body.Text("containerName")!, cancellationToken), null);
        }
        catch (AzuriteException error)
        {
            return (null, error.Message);
        }
        catch (Exception error) when (IsFailure(error))
        {
            return (null, $"datastore '{datastore.Name}' could not be opened in Azurite: {error.GetBaseException().Message}");
        }
    }

    private static (BlobContainerClient? Container, string? Fault) Open(ArmDocument datastore, SecretBox secrets)
    {
        var body = datastore.Body;
        var (account, container, endpoint) = (body.Text("accountName"), body.Text("containerName"), body.Text("endpoint") ?? PublicCloud);
        var kind = body.Object("credentials").Text("credentialsType");
        if (body.Text("datastoreType") != "AzureBlob" || account is null || container is null)
        {
            return (
                null,
                $"datastore '{datastore.Name}' is of type {body.Text("datastoreType")}; the emulator reads blob containers and folders "
                    + "(protocol 'file')."
            );
        }

        if (body.Text(DatastoreSecrets.Sealed) is not { } sealedText || kind is not ("AccountKey" or "Sas"))
        {
            return (
                null,
                $"datastore '{datastore.Name}' is in storage account '{account}' and its credentials are {kind}; the emulator has no "
                    + "identity there, so the datastore must be registered with an account key or a SAS, or be a folder (protocol 'file')."
            );
        }

        // An endpoint with a path is the address of a storage emulator and ends in the account.
        var protocol = body.Text("protocol") ?? "https";
        var address = new Uri(
            endpoint.Contains('/', StringComparison.Ordinal)
                ? $"{protocol}://{endpoint}/{container}"
                : $"{protocol}://{account}.blob.{endpoint}/{container}"
        );
        if (secrets.Decrypt(sealedText) is not { } text)
            return (null, $"datastore '{datastore.Name}': {DatastoreSecrets.Lost}");
        var secret = JsonNode.Parse(text)!.AsObject();
        try
        {
            return kind == "Sas"
                ? (new BlobContainerClient(address, new AzureSasCredential(secret.Text("sasToken")!.TrimStart('?'))), null)
                : (new BlobContainerClient(address, new StorageSharedKeyCredential(account, secret.Text("key"))), null);
        }
        catch (FormatException)
        {
            return (null, $"datastore '{datastore.Name}' is registered with a key that is not an account key; register it again.");
        }
    }

    /// <summary>Returns whether an error is one of the container, or of the files on this machine.</summary>
    public static bool IsFailure(Exception error) =>
        error is RequestFailedException or AggregateException or IOException or UnauthorizedAccessException;

    /// <summary>Returns what went wrong with a container, as a sentence.</summary>
    public static string Explain(ArmDocument datastore, BlobContainerClient container, Exception error)
    {
        var reason = error is RequestFailedException { Status: not 0 } refused
            ? $"answered {refused.Status}: {refused.ErrorCode}"
            : $"could not be used: {error.GetBaseException().Message}";
        return $"datastore '{datastore.Name}': container '{container.Name}' of storage account '{container.AccountName}' {reason}.";
    }
}
