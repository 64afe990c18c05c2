using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Files.Shares;
using Azure.Storage.Files.Shares.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Datastores;
using Workspaces.Errors;
using Workspaces.Http;

namespace Datasets.Stores;

/// <summary>Opens the files of datastores with the key or SAS, or without one as the signed-in identity.</summary>
/// <param name="secrets">Finds the account key or SAS.</param>
/// <param name="credential">The identity. A token is requested only when one is needed.</param>
public sealed class DatastoreStorage(DatastoreSecrets secrets, TokenCredential credential)
{
    private const string Scope = "https://storage.azure.com/.default";

    /// <summary>Replaces the network in tests.</summary>
    internal HttpPipelineTransport? Transport { get; init; }

    /// <summary>When failed requests are retried.</summary>
    internal RetrySettings Retries { get; init; } = RetrySettings.Default;

    /// <exception cref="WorkspaceException">The key vault denied the request or did not respond, or its secret is not a key.</exception>
    public async Task<IDatastoreFiles> OpenAsync(DatastorePlan datastore, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datastore);
        if (datastore.Protocol == "file")
            return new FolderFiles(datastore.EndpointSuffix);
        var secret =
            datastore.Authentication == DatastoreAuthentication.Identity ? null : await secrets.FindAsync(datastore, cancellationToken);
        var shown = secret is null ? DatastoreAuthentication.Identity : datastore.Authentication;
        var errors = new StorageErrors(datastore, stop => DescribeAsync(datastore, shown, stop), shown);
        return datastore.Kind == DatastoreKind.AzureFile
            ? new ShareFiles(OpenShare(datastore, shown, secret), errors)
            : new BlobFiles(OpenContainer(datastore, shown, secret), errors);
    }

    /// <summary>
    /// Returns the endpoint of the account: <c>https://{account}.blob.core.windows.net/</c>, or the address of a storage emulator, which
    /// ends in the account.
    /// </summary>
    internal static Uri ServiceUri(DatastorePlan datastore)
    {
        var service = datastore.Kind == DatastoreKind.AzureFile ? "file" : "blob";
        return datastore.EndpointSuffix.Contains('/', StringComparison.Ordinal)
            ? new($"{datastore.Protocol}://{datastore.EndpointSuffix}/")
            : new($"{datastore.Protocol}://{datastore.Account}.{service}.{datastore.EndpointSuffix}/");
    }

    private BlobContainerClient OpenContainer(DatastorePlan datastore, DatastoreAuthentication shown, string? secret)
    {
        var uri = new Uri(ServiceUri(datastore), datastore.Container);
        var options = Configure(new BlobClientOptions());
        return shown switch
        {
            DatastoreAuthentication.AccountKey => new(uri, Key(datastore, secret!), options),
            DatastoreAuthentication.Sas => new(uri, new AzureSasCredential(secret!.TrimStart('?')), options),
            _ => new(uri, credential, options),
        };
    }

    private ShareClient OpenShare(DatastorePlan datastore, DatastoreAuthentication shown, string? secret)
    {
        var uri = new Uri(ServiceUri(datastore), datastore.Container);
        // An identity can read a share only with the intent of a backup: its role decides, not the permissions of files.
        var options = Configure(new ShareClientOptions());
        if (shown == DatastoreAuthentication.Identity)
            options.ShareTokenIntent = ShareTokenIntent.Backup;
        return shown switch
        {
            DatastoreAuthentication.AccountKey => new(uri, Key(datastore, secret!), options),
            DatastoreAuthentication.Sas => new(uri, new AzureSasCredential(secret!.TrimStart('?')), options),
            _ => new(uri, credential, options),
        };
    }

    private T Configure<T>(T options)
        where T : ClientOptions => options.Configure(Transport, Retries, credential, Scope);

    /// <exception cref="WorkspaceException">The text is not a key. The client would repeat it in its own error.</exception>
    private static StorageSharedKeyCredential Key(DatastorePlan datastore, string key) =>
        Convert.TryFromBase64String(key, new byte[key.Length], out _)
            ? new(datastore.Account, key)
            : throw new WorkspaceException(
                $"DATASTORES.{datastore.Name}: what {DatastoreSecrets.Describe(datastore)} holds is no account key; it must be "
                    + $"one of `az storage account keys list --account-name {datastore.Account}`."
            );

    private async Task<string> DescribeAsync(DatastorePlan datastore, DatastoreAuthentication shown, CancellationToken cancellationToken)
    {
        if (shown != DatastoreAuthentication.Identity)
            return $"the {(shown == DatastoreAuthentication.Sas ? "SAS" : "account key")} in {DatastoreSecrets.Describe(datastore)}";
        var token = await ServiceErrors.GuardAsync(
            async () => await credential.GetTokenAsync(new TokenRequestContext([Scope]), cancellationToken),
            cancellationToken
        );
        var caller = TokenClaims.CallerOf(token.Token) is { } name ? $"'{name}'" : "the signed-in identity";
        return datastore.Authentication == DatastoreAuthentication.Identity
            ? caller
            : $"{caller} (no secret is in {DatastoreSecrets.Describe(datastore)})";
    }
}
