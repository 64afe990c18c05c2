using Build.Sessions.Jobs;
using Build.Sessions.Jobs.Outcomes;
using Reports.Building;
using Reports.Reading;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Jobs;
using Workspaces.Sweeps;

namespace Build.Sessions.Reports;

/// <summary>Reads a job for its report: from this checkout when all of it is here, else from the workspace.</summary>
public sealed class RunReader(JobSelection jobs)
{
    private const string Metrics = "outputs/final_model/metrics.json";

    // They grow while a job runs; the others are written once.
    private static readonly string[] Growing = ["outputs/metrics.jsonl", "user_logs/std_log.txt"];

    /// <summary>Gets the workspace, when a job was read from it or it was requested; null otherwise.</summary>
    public WorkspaceClient? Workspace { get; private set; }

    /// <summary>Gets the highest step that the workspace knows of the last job that was read from it.</summary>
    public (long Step, DateTimeOffset Time)? LoggedStep { get; private set; }

    /// <summary>Connects to the workspace.</summary>
    public async Task<WorkspaceClient> OpenAsync(BuildContext context) => Workspace ??= await jobs.OpenAsync(context);

    /// <summary>Reads a job, and downloads what is missing of its artifacts into <c>artifacts/JOB</c>.</summary>
    /// <param name="context">The run.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="files">The artifacts that are needed, by path.</param>
    /// <exception cref="WorkspaceException">404: the job does not exist; or the service refused or did not respond.</exception>
    public async Task<RunFacts> ReadAsync(BuildContext context, string job, IReadOnlyList<string> files)
    {
        var folder = FolderOf(context, job);
        var records = PlanStore.Records(context, job);
        if (records.Has<JobOutcome>() && records.Read<JobOutcome>() is { } outcome && IsComplete(outcome, folder))
            return Of(context, outcome, folder);

        var workspace = await OpenAsync(context);
        var history = new JobHistory(workspace);
        var details = await history.ReadAsync(job, context.Cancellation);
        var found = await history.FindAsync(job, context.Cancellation);
        var sweep = await ReadSweepAsync(workspace, job, context.Cancellation);
        // A sweep itself has no metrics and no artifacts; those of its best trial stand for it.
        var source = sweep?.Best ?? job;
        var metrics = await new JobMetrics(workspace).ReadAsync(source, context.Cancellation);
        LoggedStep = metrics.LastStep;
        await new JobArtifacts(workspace).DownloadAsync(
            source,
            folder,
            path => files.Contains(path, StringComparer.Ordinal) && IsMissing(folder, path, details.Status),
            context.Cancellation
        );
        var artifacts = RunArtifacts.Read(folder);
        var known = KnownPlan.Find(context, job, PlanOf(artifacts));
        return new RunFacts(job, found?.Experiment ?? "Default", details.Status.ToString(), artifacts)
        {
            Started = details.Started,
            Ended = details.Status.IsTerminal() ? details.Ended : null,
            FailureReason = details.FailureReason,
            Metrics = metrics.Metrics,
            Tags = details.Tags,
            StudioUrl = found?.StudioUrl ?? known.StudioUrl,
            ExpConfig = known.ExpConfig,
            PlannedConfig = known.Plan?.Job.Config,
            Sweep = sweep,
        };
    }

    /// <summary>Reads the artifacts of a job from a folder or from its <c>outcome.json</c>, whatever wrote them.</summary>
    /// <returns>Null when the path is neither.</returns>
    public static RunFacts? ReadFile(BuildContext context, string path)
    {
        var full = Path.GetFullPath(path, context.Root);
        var outcome = ReadOutcome(File.Exists(full) ? full : Path.Combine(full, "outcome.json"));
        var folder =
            Directory.Exists(full) ? full
            : outcome is null ? null
            : Directory.Exists(Path.Combine(Path.GetDirectoryName(full)!, "outputs")) ? Path.GetDirectoryName(full)
            : Path.Combine(context.Root, outcome.Artifacts);
        if (folder is null || !Directory.Exists(Path.Combine(folder, "outputs")))
            return null;
        if (outcome is not null)
            return Of(context, outcome, folder);
        var artifacts = RunArtifacts.Read(folder);
        var experiment = artifacts.Config?["EXP_NAME"]?.ToString() ?? "unknown";
        return new RunFacts(Path.GetFileName(folder.TrimEnd('/', '\\')), experiment, nameof(JobStatus.Completed), artifacts);
    }

    private static JobOutcome? ReadOutcome(string file)
    {
        try
        {
            return File.Exists(file) ? Experiments.Records.RecordFile.Read<JobOutcome>(file, "") : null;
        }
        catch (Experiments.Records.RecordException)
        {
            // The folder may hold any file of that name.
            return null;
        }
    }

    /// <summary>Returns the folder of a job's artifacts.</summary>
    public static string FolderOf(BuildContext context, string job)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Path.Combine(context.ArtifactsFolder, job);
    }

    private static bool IsComplete(JobOutcome outcome, string folder) =>
        outcome.Status.IsTerminal() && (outcome.Status != JobStatus.Completed || File.Exists(Path.Combine(folder, Metrics)));

    private static bool IsMissing(string folder, string path, JobStatus status) =>
        !File.Exists(Path.Combine(folder, path)) || (Growing.Contains(path, StringComparer.Ordinal) && !status.IsTerminal());

    private static RunFacts Of(BuildContext context, JobOutcome outcome, string folder)
    {
        var artifacts = RunArtifacts.Read(folder);
        var known = KnownPlan.Find(context, outcome.Job, PlanOf(artifacts));
        return new RunFacts(outcome.Job, outcome.Experiment, outcome.Status.ToString(), artifacts)
        {
            Started = outcome.Started,
            Ended = outcome.Ended,
            LostNodes = outcome.Interruptions?.Count ?? 0,
            LostTime = TimeSpan.FromSeconds(outcome.Interruptions?.Sum(lost => lost.SecondsLost ?? 0) ?? 0),
            FailureReason = outcome.Reason,
            Metrics = outcome.Metrics,
            Tags = outcome.Tags,
            StudioUrl = known.StudioUrl,
            ExpConfig = known.ExpConfig,
            PlannedConfig = known.Plan?.Job.Config,
            Sweep = SweepOf(outcome),
        };
    }

    private static async Task<SweepFacts?> ReadSweepAsync(WorkspaceClient workspace, string job, CancellationToken cancellationToken)
    {
        var reader = new SweepReader(workspace);
        if ((await reader.ReadJobAsync(job, cancellationToken)).Sweep is not { } settings)
            return null;
        var state = await reader.ReadStateAsync(job, settings, cancellationToken);
        return FactsOf(settings.Metric, settings.IsMaximized, state.Best?.Name, state.Trials.Select(JobCollection.OutcomeOf));
    }

    // An outcome of an earlier version does not say whether more is better. Its best trial does.
    private static SweepFacts? SweepOf(JobOutcome outcome) =>
        outcome is { SweepMetric: { } metric, Trials: { } trials }
            ? FactsOf(
                metric,
                outcome.SweepIsMaximized
                    ?? trials.FirstOrDefault(trial => trial.Name == outcome.BestTrial)?.Metric
                        >= trials.Where(trial => trial.Status == JobStatus.Completed).Max(trial => trial.Metric),
                outcome.BestTrial,
                trials
            )
            : null;

    private static SweepFacts FactsOf(string metric, bool isMaximized, string? best, IEnumerable<TrialOutcome> trials) =>
        new(
            metric,
            isMaximized,
            best,
            [
                .. trials.Select(trial => new TrialFacts(
                    trial.Name,
                    trial.IsEndedEarly ? TrialFacts.EndedEarly : trial.Status.ToString(),
                    trial.Values,
                    trial.Metric,
                    trial.Seconds
                )),
            ]
        );

    private static string? PlanOf(RunArtifacts artifacts) => artifacts.Passport?["plan"]?.ToString();
}
