using System.Globalization;
using System.Text.RegularExpressions;
using Build.Log;
using Build.Log.Displays;
using Build.Sessions.Costs;
using Build.Sessions.Jobs.Outcomes;
using Cake.Core;
using Experiments.Records;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Jobs;
using Workspaces.Logs;
using Workspaces.Submissions;
using Workspaces.Sweeps;

namespace Build.Sessions.Jobs;

/// <summary>Follows a job to its end and writes its outcome.</summary>
public sealed partial class JobWatch(
    IQuestion question,
    IDisplay display,
    OutcomeReport report,
    SweepWatch sweeps,
    RunCost costs,
    TimeProvider time
)
{
    private const int Interrupted = 130;
    private const int LongestBatch = 32 * 1024; // characters: longer texts are large objects for the garbage collector

    /// <summary>Streams the log, downloads the artifacts, reports the metrics and writes the outcome.</summary>
    /// <param name="context">The run.</param>
    /// <param name="workspace">The job's workspace.</param>
    /// <param name="job">The job.</param>
    /// <param name="experiment">Its experiment.</param>
    /// <param name="sweep">What the job compares; null when it is no sweep.</param>
    /// <exception cref="CakeException">The job failed or was cancelled, or following it was interrupted.</exception>
    public async Task FollowAsync(
        BuildContext context,
        WorkspaceClient workspace,
        string job,
        string experiment,
        SweepSettings? sweep = null
    )
    {
        var records = PlanStore.Records(context, job);
        if (records.Has<JobOutcome>() && records.Read<JobOutcome>() is { Status: JobStatus.Completed, IsFollowed: true } known)
        {
            report.Show(context, known);
            return;
        }

        JobOutcome outcome;
        try
        {
            outcome = sweep is null
                ? await FollowJobAsync(context, workspace, job, experiment)
                : await sweeps.FollowAsync(context, workspace, job, experiment, sweep);
        }
        catch (OperationCanceledException exception) when (context.Cancellation.IsCancellationRequested)
        {
            await LeaveOrCancelAsync(context, workspace, job);
            throw new CakeException(Interrupted, $"Following job {job} was interrupted.", exception);
        }

        outcome = await AddCostAsync(context, workspace, outcome);
        records.Write(outcome);
        RecordFile.Write(Path.Combine(context.ArtifactsFolder, "outcome.json"), outcome);
        report.Show(context, outcome);
    }

    private async Task<JobOutcome> AddCostAsync(BuildContext context, WorkspaceClient workspace, JobOutcome outcome)
    {
        SentJob sent;
        try
        {
            sent = await new SentJobReader(workspace).ReadAsync(outcome.Job, context.Cancellation);
        }
        catch (WorkspaceException error)
        {
            return outcome with { NoCostReason = error.Message.TrimEnd('.') };
        }

        var used = NodeTime.From(
            sent.Config,
            sent.Nodes,
            outcome.Trials is { } trials ? TimeOf(trials) : outcome.Ended - outcome.Started
        ) with
        {
            Of = outcome.Trials is null ? null : $" of {outcome.Trials.Count} trials",
            Losses = outcome.Interruptions?.Count ?? 0,
            LostTime = TimeSpan.FromSeconds(outcome.Interruptions?.Sum(lost => lost.SecondsLost ?? 0) ?? 0),
        };
        var (cost, reason) = await costs.ComputeAsync(workspace, used, context.Cancellation);
        return outcome with { Cost = cost, NoCostReason = reason };
    }

    private static TimeSpan TimeOf(IEnumerable<TrialOutcome> trials) => TimeSpan.FromSeconds(trials.Sum(trial => trial.Seconds ?? 0));

    private async Task<JobOutcome> FollowJobAsync(BuildContext context, WorkspaceClient workspace, string job, string experiment)
    {
        var interruptions = new InterruptionLog(time);
        await StreamAsync(context, workspace, job, interruptions);
        var folder = Path.Combine(context.ArtifactsFolder, job);
        var (download, outcome) = await JobCollection.CollectAsync(context, workspace, job, experiment, sweep: null, folder);
        ArtifactReport.ReportRenamed(context, download);
        ArtifactReport.ReportLost(context, download);
        return interruptions.All is { Count: > 0 } found ? outcome with { Interruptions = found } : outcome;
    }

    private Task StreamAsync(BuildContext context, WorkspaceClient workspace, string job, InterruptionLog interruptions) =>
        display.TrackAsync(context, async tracker =>
        {
            var (lines, length) = (new List<string>(), 0);
            await using var events = new JobFollower(workspace, timeProvider: time)
                .FollowAsync(job, context.Cancellation)
                .GetAsyncEnumerator(context.Cancellation);
            while (true)
            {
                var next = events.MoveNextAsync();
                // Lines are written together before a wait, and not one by one: a job may print millions.
                if (!next.IsCompleted || length >= LongestBatch)
                {
                    tracker.Say(lines);
                    lines.Clear();
                    length = 0;
                }

                if (!await next)
                    break;
                lines.Add(Describe(events.Current));
                length += lines[^1].Length + 1;
                interruptions.Add(events.Current);
                if (
                    events.Current is JobLogLine line
                    && line.Text.StartsWith("step ", StringComparison.Ordinal)
                    && Step().Match(line.Text) is { Success: true } step
                )
                {
                    tracker.Update(Number(step, "done") / Number(step, "steps"), $"step {step.Groups["done"]} of {step.Groups["steps"]}");
                }
            }

            tracker.Say(lines);
        });

    private static string Describe(JobEvent happened) =>
        happened switch
        {
            JobStatusChanged { SentBack: true } change =>
                $"  status     {change.Word}: its node was taken away; it waits for another and resumes from its last checkpoint",
            JobStatusChanged change => $"  status     {change.Word}",
            JobLogLine line => $"  | {line.Text}",
            JobLogUnavailable log => $"  {log.File} could not be read to its end: {log.Reason}",
            _ => "",
        };

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    /// <summary>
    /// In a terminal a person decides. In a pipeline the job keeps running, because the agent may be taken away at any time.
    /// </summary>
    private async Task LeaveOrCancelAsync(BuildContext context, WorkspaceClient workspace, string job)
    {
        if (question.Ask($"Job {job} is still running. Keep it running?") == false)
        {
            var status = await new JobCanceller(workspace, time).CancelAsync(job, CancellationToken.None);
            context.Report("Job", $"{job}: {status}");
            return;
        }

        context.Say($"Job {job} is still running.");
        context.ReportDetail("follow it", $"dotnet cake --target=Follow --job={job}");
        context.ReportDetail("cancel it", $"dotnet cake --target=Cancel --job={job}");
    }

    // The trainer's progress lines: step 30/240  loss …
    [GeneratedRegex("^step (?<done>[0-9]+)/(?<steps>[1-9][0-9]*) ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Step();
}
