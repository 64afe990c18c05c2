using Azure;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Datastores;

/// <summary>Ensures that the workspace's datastore equals the plan's. Nothing is sent when it already does.</summary>
/// <param name="workspace">The workspace.</param>
/// <param name="secrets">Provides the account key or SAS where the plan requires one; null: from the workspace's key vault and environment
/// variables.</param>
/// <param name="updateCredentials">Whether to send a key or SAS when nothing else differs.</param>
public sealed class DatastoreRegistrar(WorkspaceClient workspace, DatastoreSecrets? secrets = null, bool updateCredentials = false)
{
    private readonly DatastoreSecrets secrets = secrets ?? new DatastoreSecrets(_ => Task.FromResult(workspace));

    /// <summary>Compares the registered datastore with the plan: one request, and the secret where one would be sent.</summary>
    /// <exception cref="WorkspaceException">The plan requires a secret that is missing, or the service refused or did not
    /// respond.</exception>
    public Task<DatastoreState> ReadAsync(DatastorePlan datastore, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datastore);
        return ServiceErrors.GuardAsync(() => ReadOnceAsync(datastore, cancellationToken), cancellationToken);
    }

    /// <summary>Creates or updates the datastore, or leaves it unchanged, by its state.</summary>
    /// <exception cref="WorkspaceException">The plan requires a secret that is missing, or the service refused or did not
    /// respond.</exception>
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
            : $"credentials: kept; the service never returns a registered {secret}, so a renewed one is not detected "
                + "(--update-credentials sends it)";
    }

    /// <summary>
    /// Returns the differences between the registered datastore and the plan, one per line. A key or SAS cannot be compared: the service
    /// never returns it.
    /// </summary>
    internal static IReadOnlyList<string> Compare(MachineLearningDatastoreProperties found, DatastorePlan planned)
    {
        var there = Describe(found);
        var differences = new List<string>();
        foreach (var (name, value) in Describe(planned))
        {
            var old = there.GetValueOrDefault(name, "none");
            if (old != value)
                differences.Add($"{name}: {old} → {value}");
        }

        return differences;
    }

    private static Dictionary<string, string> Describe(DatastorePlan planned) =>
        new(StringComparer.Ordinal)
        {
            ["datastoreType"] = planned.Kind.ToString(),
            ["accountName"] = planned.Account,
            [planned.Kind == DatastoreKind.AzureBlob ? "containerName" : "fileShareName"] = planned.Container,
            ["endpoint"] = planned.EndpointSuffix,
            ["protocol"] = planned.Protocol,
            ["credentialsType"] = planned.Authentication switch
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

    // Without a credential the workspace's identity reads the account for previews and profiles. A folder has no account.
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
            $"DATASTORES.{datastore.Name} requires AUTH "
                + $"{(datastore.Authentication == DatastoreAuthentication.Sas ? "sas" : "account-key")} and its secret is missing; "
                + $"{DatastoreSecrets.Describe(datastore)} must hold it while the datastore is registered, KEY_VAULT_SECRET must "
                + "name it in the workspace's key vault, or AUTH must be identity."
        );
}
