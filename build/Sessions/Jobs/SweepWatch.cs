using Build.Log.Displays;
using Workspaces.Connection;
using Workspaces.Jobs;
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
        IReadOnlyDictionary<string, double> metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        if (sweep.Best is { } best)
        {
            metrics = (await new JobMetrics(workspace).ReadAsync(best.Name, context.Cancellation)).Metrics;
            var artifacts = new JobArtifacts(workspace, ArtifactReport.MemoryFile(context, best.Name, folder));
            var download = await artifacts.FetchAsync(best.Name, folder, context.Cancellation);
            ArtifactReport.ReportRenamed(context, download);
            ArtifactReport.ReportLost(context, download);
        }

        var interruptions = await TrialInterruptions.ReadAsync(context, workspace, sweep.Trials, time);
        var details = await new JobHistory(workspace).ReadAsync(job, context.Cancellation);
        var tags = details.Tags.Where(tag => !tag.Key.StartsWith("mlflow.", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        return new JobOutcome(
            sweep.Status,
            job,
            experiment,
            sweep.Reason,
            metrics,
            tags,
            new OutcomeDatasets(tags.GetValueOrDefault("train_set", ""), tags.GetValueOrDefault("test_set", "")),
            Path.GetRelativePath(context.Root, folder).Replace('\\', '/'),
            details.Started,
            details.Ended
        )
        {
            SweepMetric = settings.Metric,
            SweepIsMaximized = settings.IsMaximized,
            BestTrial = sweep.Best?.Name,
            Trials = [.. sweep.Trials.Select(OutcomeOf)],
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

    /// <summary>Returns how a trial ended, or its state while it runs.</summary>
    internal static TrialOutcome OutcomeOf(Trial trial) =>
        new(
            trial.Name,
            trial.Status,
            trial.IsEndedEarly,
            trial.Values,
            trial.Metric is { } value && double.IsFinite(value) ? value : null,
            trial is { Started: { } started, Ended: { } ended } ? Math.Round((ended - started).TotalSeconds, 3) : null,
            trial.Reason
        );
}
