using Build.Stages;
using Cake.Frosting;
using Workspaces;

namespace Build.Tasks;

/// <summary>Sees that the workspace knows the datastore as the environment config describes it.</summary>
[TaskName("Register-Datastore")]
[TaskDescription("Creates the datastore in the workspace, updates it where it differs, or leaves it")]
[IsDependentOn(typeof(PlanExperimentTask))]
[TaskArgument("record", "FILE", "writes the emulator's traffic, one JSON object a line")]
[TaskArgument("faults", "FILE", "fault script that the emulator brings about; docs/emulator.md")]
public sealed class RegisterDatastoreTask(WorkspaceSession session, ChainState state) : AsyncFrostingTask<BuildContext>
{
    /// <summary>Name of the stage's record.</summary>
    public const string Stage = "datastore";

    public override async Task RunAsync(BuildContext context)
    {
        var plan = context.ReadPlan();
        var workspace = await session.OpenAsync(context, plan.Workspace, plan.Runtime.Kind);

        var datastore = await new DatastoreRegistrar(workspace).RegisterAsync(plan.Datastore, await state.DatastoreAsync(context, plan), context.Cancellation);

        context.Records(plan.Name).Write(Stage, datastore);
        context.ReportStage("Datastore", datastore.Name, datastore.Change, datastore.Differences);
    }
}
