using Build.CommandLine.Groups;
using Build.Sessions.Data;
using Build.Sessions.Planning;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Decides what the later stages do, from the files of this checkout and the dataset, and writes it to the plan.</summary>
[TaskName("Plan-Experiment")]
[TaskDescription("Validates the experiment and its dataset, and writes the plan that the later targets carry out")]
[IsDependentOn(typeof(CreateDemoDataTask))]
[ExperimentArguments]
[PlanningArguments]
[SignInArguments]
public sealed class PlanExperimentTask(ExperimentResolver resolver, DatastoreStage datastore) : AsyncFrostingTask<BuildContext>
{
    /// <summary>Returns false when <c>--datastore</c> names a datastore to register alone: then there is no experiment.</summary>
    public override bool ShouldRun(BuildContext context) => !datastore.IsAlone;

    public override Task RunAsync(BuildContext context) => resolver.ResolveAsync(context);
}
