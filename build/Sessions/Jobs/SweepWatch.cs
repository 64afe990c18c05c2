using Build.Log.Displays;
using Build.Sessions.Jobs.Outcomes;
using Workspaces.Connection;
using Workspaces.Sweeps;

namespace Build.Sessions.Jobs;

/// <summary>Follows a sweep to its end and fetches the model of its best trial.</summary>
public sealed class SweepWatch(IDisplay display, TimeProvider time)
{
    /// <summary>Shows the trials while they run, downloads the artifacts of the best one, and returns the outcome.</summary>
    public async Task<JobOutcome> FollowAsync(
        BuildContext context,
        WorkspaceClient workspace,
        string job,
        string experiment,
        SweepSettings settings
    )
    {
        var sweep = await StreamAsync(context, workspace, job, settings);
        var folder = Path.Combine(context.ArtifactsFolder, job);
        var (download, outcome) = await JobCollection.CollectAsync(context, workspace, job, experiment, sweep, folder);
        ArtifactReport.ReportRenamed(context, download);
        ArtifactReport.ReportLost(context, download);
        var interruptions = await TrialInterruptions.ReadAsync(context, workspace, sweep.Trials, time);
        return outcome with
        {
            Trials = await TrialErrors.AddAsync(context, workspace, outcome.Trials!, time),
            Interruptions = interruptions.Count > 0 ? interruptions : null,
        };
    }

    private async Task<SweepState> StreamAsync(BuildContext context, WorkspaceClient workspace, string job, SweepSettings settings)
    {
        SweepState? last = null;
        await display.ShowLiveAsync(context, async live =>
        {
            await foreach (var now in new SweepFollower(workspace, timeProvider: time).FollowAsync(job, settings, context.Cancellation))
            {
                foreach (var line in SweepTable.Changes(last, now))
                    live.Say(line);
                live.Update(SweepTable.Of(now, SweepTable.Left(now, time.GetUtcNow())));
                last = now;
            }
        });
        return last!;
    }
}
