using Azure;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Datastores;

/// <summary>Makes the workspace's datastore the one of the plan: nothing is sent when it already is.</summary>
/// <param name="workspace">The workspace.</param>
/// <param name="secrets">Gives an account key or SAS when the plan asks for one; the workspace's key vault and environment variables when null.</param>
/// <param name="updateCredentials">Whether a key or SAS is sent although nothing else differs.</param>
public sealed class DatastoreRegistrar(WorkspaceClient workspace, DatastoreSecrets? secrets = null, bool updateCredentials = false)
{
    private readonly DatastoreSecrets secrets = secrets ?? new DatastoreSecrets(_ => Task.FromResult(workspace));

    /// <summary>Reads what is registered: one request, and the secret where one would be sent.</summary>
    /// <exception cref="WorkspaceException">The plan needs a secret that is not there, or the service refused or did not answer.</exception>
    public Task<DatastoreState> ReadAsync(DatastorePlan datastore, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datastore);
        return ServiceErrors.GuardAsync(() => ReadOnceAsync(datastore, cancellationToken), cancellationToken);
    }

    /// <summary>Creates or updates the datastore, or leaves it, as its state says.</summary>
    /// <exception cref="WorkspaceException">The plan needs a secret that is not there, or the service refused or did not answer.</exception>
    public Task<RegisteredDatastore> RegisterAsync(DatastorePlan datastore, DatastoreState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datastore);
        ArgumentNullException.ThrowIfNull(state);
        return ServiceErrors.GuardAsync(() => RegisterOnceAsync(datastore, state, cancellationToken), cancellationToken);
    }

    private async Task<DatastoreState> ReadOnceAsync(DatastorePlan datastore, CancellationToken cancellationToken)
    {
        var found = await Lookup.GetOrNullAsync(() =>
            workspace.Resource.GetMachineLearningDatastores().GetAsync(datastore.Name, cancellationToken)
        );
        var differences = found is null ? [] : Compare(found.Data.Properties, datastore);
        var hasSecret = datastore.Authentication != DatastoreAuthentication.Identity;
        var change =
            found is null ? StageChange.Created
            : differences.Count > 0 || (hasSecret && updateCredentials) ? StageChange.Updated
            : StageChange.Unchanged;
        if (hasSecret && change != StageChange.Unchanged)
            await RequireSecretAsync(datastore, cancellationToken);
        if (hasSecret && found is not null)
            differences = [.. differences, DescribeCredentials(datastore, change)];
        return new DatastoreState(change, differences, found?.Id.ToString());
    }

    private async Task<RegisteredDatastore> RegisterOnceAsync(
        DatastorePlan datastore,
        DatastoreState state,
        CancellationToken cancellationToken
    )
    {
        if (state is { Change: StageChange.Unchanged, Id: { } id })
            return new RegisteredDatastore(datastore.Name, id, StageChange.Unchanged, state.Differences);
        var data = new MachineLearningDatastoreData(
            CreateProperties(datastore, await CreateCredentialsAsync(datastore, cancellationToken))
        );
        var registered = await workspace
            .Resource.GetMachineLearningDatastores()
            .CreateOrUpdateAsync(WaitUntil.Completed, datastore.Name, data, cancellationToken: cancellationToken);
        return new RegisteredDatastore(datastore.Name, registered.Value.Id.ToString(), state.Change, state.Differences);
    }

    private static string DescribeCredentials(DatastorePlan datastore, StageChange change)
    {
        var secret = datastore.Authentication == DatastoreAuthentication.Sas ? "SAS" : "account key";
        return change == StageChange.Updated
            ? $"credentials: the registered {secret} → the one in {DatastoreSecrets.Describe(datastore)}"
            : $"credentials: kept; the service never shows a registered {secret}, so one that was renewed is not seen (--update-credentials sends it)";
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

    private static Dictionary<string, string> Describe(DatastorePlan asked) =>
        new(StringComparer.Ordinal)
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

    private static MachineLearningDatastoreProperties CreateProperties(
        DatastorePlan datastore,
        MachineLearningDatastoreCredentials credentials
    ) =>
        datastore.Kind switch
        {
            DatastoreKind.AzureFile => new MachineLearningAzureFileDatastore(credentials, datastore.Account, datastore.Container)
            {
                Endpoint = datastore.EndpointSuffix,
                Protocol = datastore.Protocol,
                ServiceDataAccessAuthIdentity = AccessIdentityOf(datastore),
            },
            _ => new MachineLearningAzureBlobDatastore(credentials)
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

    private async Task<MachineLearningDatastoreCredentials> CreateCredentialsAsync(
        DatastorePlan datastore,
        CancellationToken cancellationToken
    ) =>
        datastore.Authentication switch
        {
            DatastoreAuthentication.AccountKey => new MachineLearningAccountKeyDatastoreCredentials(
                new MachineLearningAccountKeyDatastoreSecrets { Key = await RequireSecretAsync(datastore, cancellationToken) }
            ),
            DatastoreAuthentication.Sas => new MachineLearningSasDatastoreCredentials(
                new MachineLearningSasDatastoreSecrets { SasToken = await RequireSecretAsync(datastore, cancellationToken) }
            ),
            _ => new MachineLearningNoneDatastoreCredentials(),
        };

    private async Task<string> RequireSecretAsync(DatastorePlan datastore, CancellationToken cancellationToken) =>
        await secrets.FindAsync(datastore, cancellationToken)
        ?? throw new WorkspaceException(
            $"DATASTORES.{datastore.Name} asks for AUTH {(datastore.Authentication == DatastoreAuthentication.Sas ? "sas" : "account-key")} and there is no secret; "
                + $"{DatastoreSecrets.Describe(datastore)} must hold it while the datastore is registered, KEY_VAULT_SECRET must name it in the workspace's key vault, or AUTH must be identity."
        );
}
