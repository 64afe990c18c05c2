using Experiments.Model;

namespace Experiments.Plans;

/// <summary>The datastore from which a job reads its dataset.</summary>
/// <param name="Name">Datastore name in the workspace.</param>
/// <param name="Kind">Blob container or file share.</param>
/// <param name="Account">Storage account; <c>localhost</c> when the datastore is a folder of this machine.</param>
/// <param name="Container">Container or file share; the datastore's name when it is a folder.</param>
/// <param name="EndpointSuffix">
/// <c>core.windows.net</c> or another cloud's domain; host, port and account of a storage emulator, as in
/// <c>127.0.0.1:10000/devstoreaccount1</c>; or the absolute path of the folder.
/// </param>
/// <param name="Protocol"><c>https</c>, <c>http</c> for a storage emulator, or <c>file</c> for a folder.</param>
/// <param name="Authentication">Authentication of the workspace at the account.</param>
public sealed record DatastorePlan(
    string Name,
    DatastoreKind Kind,
    string Account,
    string Container,
    string EndpointSuffix,
    string Protocol,
    DatastoreAuthentication Authentication
)
{
    /// <summary>
    /// Name of the secret in the workspace's key vault that holds the key or SAS; null: an environment variable holds it, or none is
    /// needed.
    /// </summary>
    public string? KeyVaultSecret { get; init; }

    /// <summary>Returns a datastore of an environment config.</summary>
    /// <param name="name">Its name in DATASTORES.</param>
    /// <param name="environment">The environment config.</param>
    /// <param name="repositoryRoot">The folder to which folders of datastores are relative.</param>
    public static DatastorePlan Of(string name, EnvironmentConfig environment, string repositoryRoot)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var settings = environment.Datastores[name];
        if (settings.FolderPath(repositoryRoot) is { } folder)
            return new(name, DatastoreKind.AzureBlob, "localhost", name, folder, "file", DatastoreAuthentication.Identity);
        var container = settings.Type == DatastoreKind.AzureFile ? settings.FileShare : settings.Container;
        var authentication = settings.Auth switch
        {
            "account-key" => DatastoreAuthentication.AccountKey,
            "sas" => DatastoreAuthentication.Sas,
            _ => DatastoreAuthentication.Identity,
        };
        // An address names the account; a domain is what follows "{account}.blob.".
        var (protocol, endpoint) = settings.Endpoint.Split("://") is [var scheme, var rest] ? (scheme, rest) : ("https", settings.Endpoint);
        return new(name, settings.Type, settings.Account!, container!, endpoint, protocol, authentication)
        {
            KeyVaultSecret = settings.KeyVaultSecret,
        };
    }
}
