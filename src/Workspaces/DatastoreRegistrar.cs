using Azure;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments;

namespace Workspaces;

/// <summary>A datastore of the workspace, as the plan asks.</summary>
/// <param name="Name">Datastore name.</param>
/// <param name="Id">ARM id.</param>
/// <param name="Change">What registering did.</param>
/// <param name="Differences">What was changed, as <c>accountName: a → b</c>; empty unless updated.</param>
public sealed record RegisteredDatastore(string Name, string Id, StageChange Change, IReadOnlyList<string> Differences);

/// <summary>Makes the workspace's datastore the one of the plan: nothing is sent when it already is.</summary>
/// <param name="workspace">The workspace.</param>
/// <param name="secrets">Gives an account key or SAS when the plan asks for one; environment variables when null.</param>
public sealed class DatastoreRegistrar(WorkspaceClient workspace, IDatastoreSecrets? secrets = null)
{
    private readonly IDatastoreSecrets secrets = secrets ?? new EnvironmentDatastoreSecrets();

    /// <exception cref="WorkspaceException">The plan needs a secret that is not set, or the service refused or did not answer.</exception>
    public Task<RegisteredDatastore> RegisterAsync(DatastorePlan datastore, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datastore);
        return ServiceErrors.GuardAsync(() => RegisterOnceAsync(datastore, cancellationToken), cancellationToken);
    }

    private async Task<RegisteredDatastore> RegisterOnceAsync(DatastorePlan datastore, CancellationToken cancellationToken)
    {
        var datastores = workspace.Resource.GetMachineLearningDatastores();
        var found = await Lookup.FindAsync(() => datastores.GetAsync(datastore.Name, cancellationToken));
        var differences = found is null ? [] : Compare(found.Data.Properties, datastore);
        if (found is not null && differences.Count == 0)
        {
            return new RegisteredDatastore(datastore.Name, found.Id.ToString(), StageChange.Unchanged, []);
        }

        var data = new MachineLearningDatastoreData(CreateProperties(datastore));
        var registered = (await datastores.CreateOrUpdateAsync(WaitUntil.Completed, datastore.Name, data, cancellationToken: cancellationToken)).Value;
        return new RegisteredDatastore(datastore.Name, registered.Id.ToString(), found is null ? StageChange.Created : StageChange.Updated, differences);
    }

    /// <summary>What differs between the registered datastore and the plan, one line each; a key or SAS itself cannot be compared, the service never gives it back.</summary>
    internal static IReadOnlyList<string> Compare(MachineLearningDatastoreProperties found, DatastorePlan asked)
    {
        var there = Describe(found);
        var differences = new List<string>();
        foreach (var (name, value) in Describe(asked))
        {
            var old = there.GetValueOrDefault(name, "none");
            if (old != value)
            {
                differences.Add($"{name}: {old} → {value}");
            }
        }

        return differences;
    }

    private static Dictionary<string, string> Describe(DatastorePlan asked) => new(StringComparer.Ordinal)
    {
        ["datastoreType"] = asked.Kind.ToString(),
        ["accountName"] = asked.Account,
        [asked.Kind == DatastoreKind.AzureBlob ? "containerName" : "fileShareName"] = asked.Container,
        ["endpoint"] = asked.EndpointSuffix,
        ["protocol"] = asked.Protocol,
        ["credentialsType"] = asked.Authentication switch
        {
            DatastoreAuthentication.AccountKey => "AccountKey",
            DatastoreAuthentication.Sas => "Sas",
            _ => "None",
        },
    };

    private static Dictionary<string, string> Describe(MachineLearningDatastoreProperties found)
    {
        var described = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["credentialsType"] = found.Credentials switch
            {
                MachineLearningAccountKeyDatastoreCredentials => "AccountKey",
                MachineLearningSasDatastoreCredentials => "Sas",
                MachineLearningNoneDatastoreCredentials => "None",
                _ => "other",
            },
        };
        switch (found)
        {
            case MachineLearningAzureBlobDatastore blob:
                described["datastoreType"] = "AzureBlob";
                described["accountName"] = blob.AccountName ?? "none";
                described["containerName"] = blob.ContainerName ?? "none";
                described["endpoint"] = blob.Endpoint ?? "core.windows.net";
                described["protocol"] = blob.Protocol ?? "https";
                break;
            case MachineLearningAzureFileDatastore share:
                described["datastoreType"] = "AzureFile";
                described["accountName"] = share.AccountName ?? "none";
                described["fileShareName"] = share.FileShareName ?? "none";
                described["endpoint"] = share.Endpoint ?? "core.windows.net";
                described["protocol"] = share.Protocol ?? "https";
                break;
            default:
                described["datastoreType"] = "other";
                break;
        }

        return described;
    }

    private MachineLearningDatastoreProperties CreateProperties(DatastorePlan datastore) => datastore.Kind switch
    {
        DatastoreKind.AzureFile => new MachineLearningAzureFileDatastore(CreateCredentials(datastore), datastore.Account, datastore.Container)
        {
            Endpoint = datastore.EndpointSuffix,
            Protocol = datastore.Protocol,
            ServiceDataAccessAuthIdentity = AccessIdentityOf(datastore),
        },
        _ => new MachineLearningAzureBlobDatastore(CreateCredentials(datastore))
        {
            AccountName = datastore.Account,
            ContainerName = datastore.Container,
            Endpoint = datastore.EndpointSuffix,
            Protocol = datastore.Protocol,
            ServiceDataAccessAuthIdentity = AccessIdentityOf(datastore),
        },
    };

    // Without a credential the workspace's own identity reads the account for previews and profiles; a folder has no account.
    private static MachineLearningServiceDataAccessAuthIdentity AccessIdentityOf(DatastorePlan datastore) =>
        datastore is { Authentication: DatastoreAuthentication.Identity, Protocol: not "file" }
            ? MachineLearningServiceDataAccessAuthIdentity.WorkspaceSystemAssignedIdentity
            : MachineLearningServiceDataAccessAuthIdentity.None;

    private MachineLearningDatastoreCredentials CreateCredentials(DatastorePlan datastore) => datastore.Authentication switch
    {
        DatastoreAuthentication.AccountKey => new MachineLearningAccountKeyDatastoreCredentials(new MachineLearningAccountKeyDatastoreSecrets { Key = RequireSecret(datastore) }),
        DatastoreAuthentication.Sas => new MachineLearningSasDatastoreCredentials(new MachineLearningSasDatastoreSecrets { SasToken = RequireSecret(datastore) }),
        _ => new MachineLearningNoneDatastoreCredentials(),
    };

    private string RequireSecret(DatastorePlan datastore) => secrets.Find(datastore) ?? throw new WorkspaceException(
        $"DATASTORES.{datastore.Name} asks for AUTH {(datastore.Authentication == DatastoreAuthentication.Sas ? "sas" : "account-key")} and there is no secret; "
        + $"{secrets.Describe(datastore)} must hold it while the datastore is registered, or AUTH must be identity.");
}
