using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Sessions.Data;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Ensures that the workspace has the datastore as the environment config describes it.</summary>
[TaskName("Register-Datastore")]
[TaskDescription("Creates the datastore in the workspace, or updates it where it differs")]
[IsDependentOn(typeof(PlanExperimentTask))]
[EmulatorArguments]
[DatastoreArguments]
[TaskExample("--target=Register-Datastore --datastore=test_data", "one datastore, without an experiment's dataset")]
public sealed class RegisterDatastoreTask(DatastoreStage datastore) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) =>
        datastore.IsAlone ? datastore.RegisterAloneAsync(context) : datastore.RegisterAsync(context);
}
