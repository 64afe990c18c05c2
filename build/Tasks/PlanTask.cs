using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.CommandLine.Groups.Pipelines;
using Build.Sessions.Planning;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>
/// Reads the workspace and the registry and lists what Train would create, update and leave unchanged. Changes nothing there.
/// </summary>
[TaskName("Plan")]
[TaskDescription("Lists every call that Train would make, as create, update or no-op; reads the workspace and changes nothing")]
[IsDependentOn(typeof(PlanExperimentTask))]
[SubmissionArguments]
[TagArguments]
[EmulatorArguments]
[BudgetArguments]
[PriceArguments]
[TaskExample("--target=Plan --exp-config=exp_configs/pothole.json", "what a run would do")]
public sealed class PlanTask(CallPlanner planner) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => planner.PlanAsync(context);
}
