using Build.CommandLine;
using Build.CommandLine.Groups;
using Experiments.Planning;
using Workspaces.Connection;
using Workspaces.Jobs;

namespace Build.Sessions.Jobs;

/// <summary>Selects the job that a target is about, and its workspace.</summary>
public sealed class JobSelection(CommandArguments arguments, PlanStore plans, WorkspaceSession session)
{
    /// <summary>Returns the job that <c>--job</c> names, or the job of the last plan.</summary>
    /// <exception cref="Experiments.Records.RecordException">Train has submitted no job of the last plan.</exception>
    public string Name(BuildContext context) =>
        arguments.Get(JobArguments.Job)
        ?? PlanStore.Records(context, plans.ReadPlan(context).Name).Read<SubmittedJob>(StageNames.Job, "Train").Name;

    /// <summary>
    /// Connects to the workspace of the experiment that <c>--exp-config</c> names, or to that of the last plan, or to that of the demo.
    /// </summary>
    public Task<WorkspaceClient> OpenAsync(BuildContext context)
    {
        var file = arguments.Get(JobArguments.ExperimentFile);
        var address =
            file is null && plans.HasPlan(context)
                ? plans.ReadPlan(context).Workspace
                : Planner.Workspace((file is null ? plans.ReadConfiguration(context) : plans.ReadConfiguration(context, file)).Environment);
        return session.OpenAsync(context, address, jobs: null);
    }
}
