using Build.Sessions.Jobs.Outcomes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Jobs;
using Workspaces.Sweeps;

namespace Build.Sessions.Jobs;

/// <summary>Downloads what a job left, and describes the job.</summary>
internal static class JobCollection
{
    private static readonly ArtifactDownload Nothing = new([], []);

    /// <summary>
    /// Downloads the artifacts of a job into a folder. A sweep itself has neither artifacts nor metrics; those of its best trial stand for
    /// it.
    /// </summary>
    /// <param name="context">The run.</param>
    /// <param name="workspace">The job's workspace.</param>
    /// <param name="job">The job.</param>
    /// <param name="experiment">Its experiment.</param>
    /// <param name="sweep">The sweep as it is now; null when the job is another kind.</param>
    /// <param name="folder">Absolute path of the folder.</param>
    /// <returns>What was downloaded, and the outcome of the job as far as the workspace knows it, without losses and cost.</returns>
    public static async Task<(ArtifactDownload Download, JobOutcome Outcome)> CollectAsync(
        BuildContext context,
        WorkspaceClient workspace,
        string job,
        string experiment,
        SweepState? sweep,
        string folder
    )
    {
        var details = await new JobHistory(workspace).ReadAsync(job, context.Cancellation);
        IReadOnlyDictionary<string, double> metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        var download = Nothing;
        if ((sweep is null ? job : sweep.Best?.Name) is { } source)
        {
            metrics = (await new JobMetrics(workspace).ReadAsync(source, context.Cancellation)).Metrics;
            var artifacts = new JobArtifacts(workspace, ArtifactReport.MemoryFile(context, source, folder));
            download = await artifacts.FetchAsync(source, folder, context.Cancellation);
        }

        var tags = details.Tags.Where(tag => !tag.Key.StartsWith("mlflow.", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        var outcome = new JobOutcome(
            sweep?.Status ?? details.Status,
            job,
            experiment,
            sweep is not null ? sweep.Reason
                : details.Status == JobStatus.Failed ? LastWords.Read(download).AddTo(details.FailureReason)
                : details.FailureReason,
            metrics,
            tags,
            new OutcomeDatasets(tags.GetValueOrDefault("train_set", ""), tags.GetValueOrDefault("test_set", "")),
            Path.GetRelativePath(context.Root, folder).Replace('\\', '/'),
            details.Started,
            details.Ended
        );
        return (download, sweep is null ? outcome : AddSweep(outcome, sweep));
    }

    /// <summary>Returns how a trial ended, or its state while it runs.</summary>
    public static TrialOutcome OutcomeOf(Trial trial) =>
        new(
            trial.Name,
            trial.Status,
            trial.IsEndedEarly,
            trial.Values,
            trial.Measured,
            trial is { Started: { } started, Ended: { } ended } ? Math.Round((ended - started).TotalSeconds, 3) : null,
            trial.Reason
        );

    private static JobOutcome AddSweep(JobOutcome outcome, SweepState sweep) =>
        outcome with
        {
            SweepMetric = sweep.Settings.Metric,
            SweepIsMaximized = sweep.Settings.IsMaximized,
            BestTrial = sweep.Best?.Name,
            Trials = [.. sweep.Trials.Select(OutcomeOf)],
        };
}
