using Build.Stages;
using Cake.Common;
using Cake.Core;
using Cake.Frosting;
using Datasets.Stores;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Datastores;

namespace Build.Tasks;

/// <summary>Sees that the workspace knows the datastore as the environment config describes it.</summary>
[TaskName("Register-Datastore")]
[TaskDescription("Creates the datastore in the workspace, updates it where it differs, or leaves it")]
[IsDependentOn(typeof(PlanExperimentTask))]
[TaskArgument("record", "FILE", "writes the emulator's traffic, one JSON object a line")]
[TaskArgument("faults", "FILE", "fault script that the emulator brings about; docs/emulator.md")]
[TaskArgument(
    DatastoreArgument,
    "NAME",
    "any datastore of the environment config, alone, in place of the experiment's; with this target only"
)]
[TaskArgument(UpdateArgument, "", "sends the account key or SAS again: the workspace never shows the one it has")]
[TaskExample("--target=Register-Datastore --datastore=test_data", "one datastore, without an experiment's dataset")]
public sealed class RegisterDatastoreTask(WorkspaceSession session, StorageSession storage, ChainState state)
    : AsyncFrostingTask<BuildContext>
{
    /// <summary>Names a datastore to register alone.</summary>
    public const string DatastoreArgument = "datastore";

    /// <summary>Switch that sends a key or SAS again.</summary>
    public const string UpdateArgument = "update-credentials";

    public override async Task RunAsync(BuildContext context)
    {
        if (IsAlone(context))
        {
            await RegisterAloneAsync(context, context.Argument(DatastoreArgument, ""));
            return;
        }

        var plan = context.ReadPlan();
        var workspace = await session.OpenAsync(context, plan.Workspace, plan.Runtime.Kind);
        var datastore = await RegisterAsync(context, plan.Datastore, await state.DatastoreAsync(context, plan), workspace);
        context.Records(plan.Name).Write(datastore);
    }

    /// <summary>Whether the run registers one datastore, without an experiment.</summary>
    internal static bool IsAlone(BuildContext context) => context.HasArgument(DatastoreArgument) && context.IsTarget("Register-Datastore");

    /// <exception cref="CakeException"><c>--datastore</c> is given with a target that would go on from there.</exception>
    internal static void RefuseElsewhere(BuildContext context)
    {
        if (context.HasArgument(DatastoreArgument) && !IsAlone(context))
            throw new CakeException(
                $"--{DatastoreArgument} is \"{context.Argument(DatastoreArgument, "")}\"; it must stand with --target=Register-Datastore, which registers that datastore alone, or be left out."
            );
    }

    private async Task RegisterAloneAsync(BuildContext context, string name)
    {
        var environment = context.ReadConfiguration().Environment;
        if (!environment.Datastores.ContainsKey(name))
            throw new CakeException(
                $"--{DatastoreArgument} is \"{name}\"; it must be one of DATASTORES in the environment config: {string.Join(", ", environment.Datastores.Keys.Order(StringComparer.Ordinal))}."
            );
        if (context.Switch(ChainInputs.ReadDatasetArgument, otherwise: true))
            context.Say(
                $"Storage      {name}: {await DescribeAsync(await storage.OpenAsync(context, environment, name), context.Cancellation)}"
            );
        var workspace = await session.OpenAsync(context, WorkspaceAddress.Of(environment), jobs: null);
        var datastore = DatastorePlan.Of(name, environment, context.Root);
        var found = await new DatastoreRegistrar(workspace, updateCredentials: context.Switch(UpdateArgument)).ReadAsync(
            datastore,
            context.Cancellation
        );
        await RegisterAsync(context, datastore, found, workspace);
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

    /// <summary>The use cases that a datastore holds: the folders with images and CSV files.</summary>
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
