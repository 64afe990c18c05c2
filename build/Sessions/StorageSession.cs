using Datasets.Stores;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Datastores;
using Workspaces.Errors;

namespace Build.Sessions;

/// <summary>
/// Opens the files of the datastores of an environment config. The workspace is read only where its key vault holds a key.
/// </summary>
public sealed class StorageSession(WorkspaceSession workspaces, SignInSession signIns, RuntimeChoice runtimes)
{
    /// <summary>Opens the files of a datastore.</summary>
    /// <exception cref="WorkspaceException">Its key or SAS cannot be read.</exception>
    public Task<IDatastoreFiles> OpenAsync(BuildContext context, EnvironmentConfig environment, string datastore)
    {
        var address = WorkspaceAddress.Of(environment);
        var secrets = new DatastoreSecrets(async _ =>
            await workspaces.OpenAsync(context, address, (await runtimes.DecideAsync(context, environment)).Kind)
        );
        // A storage account is in Azure even if the workspace is emulated.
        return new DatastoreStorage(secrets, signIns.To(environment.AmlTenantId)).OpenAsync(
            DatastorePlan.Of(datastore, environment, context.Root),
            context.Cancellation
        );
    }

    /// <summary>Returns the cached facts about a datastore's files, so that unchanged files are not read again.</summary>
    public static ContentCache Cache(BuildContext context, string datastore, string what) =>
        new(Path.Combine(context.LocalFolder, "storage", $"{datastore}-{what}.json"));
}
