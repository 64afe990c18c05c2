using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using Build.Sessions.Jobs.Outcomes;
using Reports.Building;
using Reports.Reading;
using Reports.Records;
using Workspaces.Jobs;

namespace Build.Sessions.Reports;

/// <summary>Finds the run with which a job is compared.</summary>
public sealed class BaselineSearch(CommandArguments arguments, RunReader runs)
{
    private const string Main = "main";

    /// <summary>Finds the run that <c>--baseline</c> names.</summary>
    /// <param name="context">The run.</param>
    /// <param name="run">The run that is reported.</param>
    /// <returns>The baseline and how it was chosen, or the reason for its absence.</returns>
    public async Task<(RunFacts? Baseline, BaselineSource Source, string? Reason)> FindAsync(BuildContext context, RunFacts run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var name = arguments.Get(ReportArguments.Baseline);
        if (name == ReportArguments.NoBaseline)
            return (null, BaselineSource.Main, $"--{ReportArguments.Baseline.Name}={name} asks for none");
        if (name is not null && RunReader.ReadFile(context, name) is { } read)
            return (read, BaselineSource.File, null);
        if (name is not null && IsJobName(name) && await IsJobAsync(context, name))
            return (await runs.ReadAsync(context, name, RunArtifacts.OfBaseline), BaselineSource.Job, null);

        var branch = name ?? Main;
        var source = branch == Main ? BaselineSource.Main : BaselineSource.Branch;
        var history = new JobHistory(await runs.OpenAsync(context));
        var job = await history.FindNewestCompletedAsync(run.Experiment, branch, run.Job, context.Cancellation);
        if (job is not null)
            return (await runs.ReadAsync(context, job, RunArtifacts.OfBaseline), source, null);
        var reason = $"the workspace has no completed run of experiment {run.Experiment} from branch {branch} without uncommitted changes";
        return (null, source, name is null || name == Main ? reason : $"{reason}, no job of that name, and there are no such artifacts");
    }

    private static bool IsJobName(string name)
    {
        try
        {
            JobName.Check(name);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private async Task<bool> IsJobAsync(BuildContext context, string name) =>
        PlanStore.Records(context, name).Has<JobOutcome>()
        || await new JobHistory(await runs.OpenAsync(context)).FindAsync(name, context.Cancellation) is not null;
}
