using System.Globalization;
using Cake.Core;
using Experiments.Records;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Jobs;
using Workspaces.Logs;

namespace Build.Stages;

/// <summary>Follows a job to its end, and writes down what came of it.</summary>
public static class JobWatch
{
    /// <summary>Streams the log, fetches the artifacts, reports the metrics and writes the outcome.</summary>
    /// <exception cref="CakeException">The job failed or was cancelled, or following it was interrupted.</exception>
    public static async Task FollowToOutcomeAsync(BuildContext context, WorkspaceClient workspace, string job, string experiment)
    {
        var records = context.Records(job);
        if (records.Has<JobOutcome>() && records.Read<JobOutcome>() is { Status: JobStatus.Completed } known)
        {
            Report(context, known);
            return;
        }

        JobOutcome outcome;
        try
        {
            await StreamAsync(context, workspace, job);
            outcome = await CollectAsync(context, workspace, job, experiment);
        }
        catch (OperationCanceledException exception) when (context.Cancellation.IsCancellationRequested)
        {
            await LeaveOrCancelAsync(context, workspace, job);
            throw new CakeException(130, $"Following job {job} was interrupted.", exception);
        }

        records.Write(outcome);
        RecordFile.Write(Path.Combine(context.ArtifactsFolder, "outcome.json"), outcome);
        Report(context, outcome);
    }

    private static async Task StreamAsync(BuildContext context, WorkspaceClient workspace, string job)
    {
        await foreach (var happened in new JobFollower(workspace).FollowAsync(job, context.Cancellation))
        {
            switch (happened)
            {
                case JobStatusChanged change:
                    context.Say(
                        $"  status     {change.Word}{(change.SentBack ? ": its node was taken away; it waits for another and resumes from its last checkpoint" : "")}"
                    );
                    break;
                case JobLogLine line:
                    context.Say($"  | {line.Text}");
                    break;
                case JobLogUnavailable log:
                    context.Warn($"  {log.File} could not be read to its end: {log.Reason}");
                    break;
            }
        }
    }

    private static async Task<JobOutcome> CollectAsync(BuildContext context, WorkspaceClient workspace, string job, string experiment)
    {
        var details = await new JobHistory(workspace).ReadAsync(job, context.Cancellation);
        var measured = await new JobMetrics(workspace).ReadAsync(job, context.Cancellation);
        var folder = Path.Combine(context.ArtifactsFolder, job);
        await new JobArtifacts(workspace).DownloadAsync(job, folder, context.Cancellation);
        var tags = details.Tags.Where(tag => !tag.Key.StartsWith("mlflow.", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        return new JobOutcome(
            details.Status,
            job,
            experiment,
            details.FailureReason,
            measured.Metrics,
            tags,
            new OutcomeDatasets(tags.GetValueOrDefault("train_set", ""), tags.GetValueOrDefault("test_set", "")),
            Path.GetRelativePath(context.Root, folder).Replace('\\', '/'),
            details.Started,
            details.Ended
        );
    }

    private static void Report(BuildContext context, JobOutcome outcome)
    {
        context.Say("");
        foreach (
            var (name, value) in outcome
                .Metrics.Where(metric => !metric.Key.StartsWith("train_loss", StringComparison.Ordinal))
                .OrderBy(metric => metric.Key, StringComparer.Ordinal)
        )
            context.Say($"  {name, -24} {value.ToString("0.####", CultureInfo.InvariantCulture)}");
        context.Say("");
        var took = outcome is { Started: { } started, Ended: { } ended } ? $" after {ended - started:h\\:mm\\:ss}" : "";
        context.Say($"Outcome      {outcome.Status}{took}");
        context.Say($"  artifacts  {outcome.Artifacts}");
        var model = Path.Combine(context.Root, outcome.Artifacts, "outputs", "final_model");
        if (Directory.Exists(model))
            context.Say($"  model      {Path.GetRelativePath(context.Root, model)}");
        context.Say("  record     artifacts/outcome.json");
        if (outcome.Status == JobStatus.Completed)
            return;

        throw new CakeException(
            $"Job {outcome.Job} is {outcome.Status}; it must be Completed. {outcome.Reason} Its log is in {outcome.Artifacts}/user_logs; the same command submits it again and resumes from the last checkpoint."
        );
    }

    /// <summary>In a terminal a person decides; in a pipeline the job goes on, since the agent may be taken away at any time.</summary>
    private static async Task LeaveOrCancelAsync(BuildContext context, WorkspaceClient workspace, string job)
    {
        if (
            Environment.UserInteractive
            && !Console.IsInputRedirected
            && Environment.GetEnvironmentVariable("CI") is null
            && Environment.GetEnvironmentVariable("TF_BUILD") is null
        )
        {
            Console.Write($"Job {job} still runs. Let it go on? [Y/n] ");
            if (Console.ReadLine() is { } answer && answer.Trim().StartsWith("n", StringComparison.OrdinalIgnoreCase))
            {
                var status = await new JobCanceller(workspace).CancelAsync(job, CancellationToken.None);
                context.Say($"Job          {job}: {status}");
                return;
            }
        }

        context.Say($"Job {job} goes on.");
        context.Say($"  follow it  dotnet cake --target=Follow --job={job}");
        context.Say($"  cancel it  dotnet cake --target=Cancel --job={job}");
    }
}
