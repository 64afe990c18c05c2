using Build.Docker;
using Datasets.Stores;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Datastores;
using Workspaces.Errors;

namespace Build.Stages;

/// <summary>Opens the files behind the datastores of an environment config. The workspace is asked only where its key vault holds a key.</summary>
public sealed class StorageSession(WorkspaceSession workspaces, SignInSession signIns)
{
    /// <summary>The files of a datastore.</summary>
    /// <exception cref="WorkspaceException">Its key or SAS cannot be had.</exception>
    public Task<IDatastoreFiles> OpenAsync(BuildContext context, EnvironmentConfig environment, string datastore)
    {
        var address = WorkspaceAddress.Of(environment);
        var secrets = new DatastoreSecrets(async _ =>
            await workspaces.OpenAsync(context, address, (await RuntimeChoice.DecideAsync(context, environment)).Kind)
        );
        // An account is Azure's also where the workspace is emulated.
        return new DatastoreStorage(secrets, signIns.To(environment.AmlTenantId)).OpenAsync(
            DatastorePlan.Of(datastore, environment, context.Root),
            context.Cancellation
        );
    }

    /// <summary>What is remembered of a datastore's files, so that unchanged ones are not read again.</summary>
    public static ContentCache Cache(BuildContext context, string datastore, string what) =>
        new(Path.Combine(context.LocalFolder, "storage", $"{datastore}-{what}.json"));
}
