using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Build.Sessions.Snapshots;
using Cake.Core;
using Datasets.Stores;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Datastores;

namespace Build.Sessions.Data;

/// <summary>Registers a datastore in the workspace: the plan's, or only one of the environment config.</summary>
public sealed class DatastoreStage(
    CommandArguments arguments,
    PlanStore plans,
    WorkspaceSession session,
    StorageSession storage,
    WorkspaceSnapshotReader snapshots
)
{
    /// <summary>Whether the run registers one datastore, without an experiment.</summary>
    public bool IsAlone => arguments.IsGiven(DatastoreArguments.Datastore) && arguments.IsTarget(DatastoreArguments.Target);

    /// <summary>Registers the datastore of the plan and writes the record of the stage.</summary>
    public async Task RegisterAsync(BuildContext context)
    {
        var plan = plans.ReadPlan(context);
        var workspace = await session.OpenAsync(context, plan);
        var datastore = await RegisterAsync(context, plan.Datastore, await snapshots.DatastoreAsync(context, plan), workspace);
        PlanStore.Records(context, plan.Name).Write(datastore);
    }

    /// <summary>Registers the datastore that <c>--datastore</c> names.</summary>
    /// <exception cref="CakeException">The environment config has no such datastore.</exception>
    public async Task RegisterAloneAsync(BuildContext context)
    {
        var environment = plans.ReadConfiguration(context).Environment;
        var name = FindName(environment);
        if (arguments.Get(PlanningArguments.ReadDataset) ?? true)
        {
            context.Report(
                "Storage",
                $"{name}: {await DescribeAsync(await storage.OpenAsync(context, environment, name), context.Cancellation)}"
            );
        }

        var workspace = await session.OpenAsync(context, WorkspaceAddress.Of(environment), jobs: null);
        var datastore = DatastorePlan.Of(name, environment, context.Root);
        var registrar = new DatastoreRegistrar(workspace, updateCredentials: arguments.Get(DatastoreArguments.UpdateCredentials));
        await RegisterAsync(context, datastore, await registrar.ReadAsync(datastore, context.Cancellation), workspace);
    }

    private string FindName(EnvironmentConfig environment)
    {
        var name = arguments.Get(DatastoreArguments.Datastore)!;
        if (environment.Datastores.ContainsKey(name))
            return name;
        var names = string.Join(", ", environment.Datastores.Keys.Order(StringComparer.Ordinal));
        throw new CakeException($"--datastore is \"{name}\"; it must be one of DATASTORES in the environment config: {names}.");
    }

    private static async Task<RegisteredDatastore> RegisterAsync(
        BuildContext context,
        DatastorePlan plan,
        DatastoreState found,
        WorkspaceClient workspace
    )
    {
        var datastore = await new DatastoreRegistrar(workspace).RegisterAsync(plan, found, context.Cancellation);
        context.ReportStage("Datastore", datastore.Name, datastore.Change, datastore.Differences);
        return datastore;
    }

    /// <summary>Describes the use cases of a datastore: its folders with images and CSV files.</summary>
    private static async Task<string> DescribeAsync(IDatastoreFiles files, CancellationToken cancellationToken)
    {
        var folders = await files.ListFoldersAsync("", cancellationToken);
        var inside = await Task.WhenAll(folders.Select(folder => files.ListFoldersAsync(folder, cancellationToken)));
        var cases = folders
            .Zip(inside)
            .Where(pair =>
                pair.Second.Contains("images", StringComparer.Ordinal) && pair.Second.Contains("datasets", StringComparer.Ordinal)
            )
            .Select(pair => pair.First)
            .ToList();
        return cases.Count > 0
            ? $"{files.Description} holds the datasets of {string.Join(", ", cases)}"
            : $"{files.Description} holds no dataset yet; dotnet cake --target=Upload-Dataset --from=FOLDER copies one there";
    }
}
