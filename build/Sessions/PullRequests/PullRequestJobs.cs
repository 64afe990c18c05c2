using System.Text.RegularExpressions;
using Build.Log;
using Cake.Core;
using CodeHosts.Comments;
using CodeHosts.Http;
using CodeHosts.Text;
using Experiments.Json;
using Experiments.Plans;
using Experiments.Reading;
using Reports.Records;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Build.Sessions.PullRequests;

/// <summary>The jobs that a pull request started, which its comment remembers.</summary>
public sealed partial class PullRequestJobs(HostSession hosts, WorkspaceSession session, TimeProvider time)
{
    private const string Section = "jobs";

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMinutes(2);

    private static readonly string[] Headings = ["job", "experiment", "commit", "status"];

    /// <summary>Claims the experiments of a launch before anything is submitted, so that another launch counts them.</summary>
    /// <exception cref="CakeException">The pull request would have more jobs at a time than it may; nothing was submitted.</exception>
    public async Task<LaunchClaim> ClaimAsync(BuildContext context, int number, AuthorizedLaunch launch, bool isAgain)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(launch);
        return await hosts
            .OpenClaims(context)
            .ClaimAsync(number, launch.Commit!, launch.Experiments, isAgain, launch.MostLaunches, context.Cancellation)
            ?? throw new CakeException(
                "Another launch came first, and nothing was submitted: the pull request would have more than "
                    + $"{launch.MostLaunches} {(launch.MostLaunches == 1 ? "job" : "jobs")} at a time. Request the run again when one has "
                    + "ended, or cancel one (/cancel). A comment of a launch whose run was killed can be deleted by hand."
            );
    }

    /// <summary>Adds the jobs of a launch to the comment, and ends its claim.</summary>
    public async Task FinishAsync(BuildContext context, int number, LaunchClaim claim, IReadOnlyList<LaunchedJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(context);
        var change = await hosts.OpenClaims(context).FinishAsync(number, claim, jobs, Update, context.Cancellation);
        if (jobs.Count > 0)
            Report(context, change, jobs);
    }

    private async Task RememberAsync(BuildContext context, int number, IReadOnlyList<LaunchedJob> jobs) =>
        Report(context, await hosts.OpenComment(context).PublishAsync(number, text => Update(text, jobs), context.Cancellation), jobs);

    private static void Report(BuildContext context, CommentChange change, IReadOnlyList<LaunchedJob> jobs)
    {
        context.Report("Comment", change.ToString().ToLowerInvariant());
        context.Summarize("Launched", Table(jobs));
    }

    /// <summary>Reads the status of every job and writes it to the comment, with the progress of those that run.</summary>
    public Task ShowAsync(BuildContext context, AuthorizedLaunch launch) =>
        ChangeAsync(context, launch, _ => true, (workspace, job) => ReadStatusAsync(workspace, job, context.Cancellation));

    /// <summary>
    /// Writes the status and the progress of jobs to the comment at intervals until it is told to end, and at the end. What goes wrong is
    /// a warning, once, as the jobs run on; the next interval tries again.
    /// </summary>
    public async Task KeepShownAsync(BuildContext context, int number, IReadOnlyList<LaunchedJob> jobs, CancellationToken end)
    {
        ArgumentNullException.ThrowIfNull(context);
        var hasWarned = false;
        bool isLast;
        do
        {
            // The end is no error here.
            await Task.Delay(ProgressInterval, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isLast = end.IsCancellationRequested;
            try
            {
                await ShowProgressAsync(context, number, jobs);
            }
            catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
            {
                // The run was interrupted: the comment keeps what it shows.
                return;
            }
            catch (Exception error) when (error is CodeHostException or WorkspaceException or ConfigException or CakeException)
            {
                if (!hasWarned)
                    context.Warn($"The comment of pull request {number} may not show the progress: {SafeText.Show(error.Message)}");
                hasWarned = true;
            }
        } while (!isLast);
    }

    private async Task ShowProgressAsync(BuildContext context, int number, IReadOnlyList<LaunchedJob> jobs)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var job in jobs)
            words[job.Job] = await ChangeAsync(context, job, ReadAsync);
        await hosts
            .OpenComment(context)
            .PublishAsync(
                number,
                text => Update(text, [.. text.Jobs.Select(job => job with { Status = words.GetValueOrDefault(job.Job, job.Status) })]),
                context.Cancellation
            );

        Task<string> ReadAsync(WorkspaceClient workspace, LaunchedJob job) => ReadStatusAsync(workspace, job, context.Cancellation);
    }

    private static async Task<string> ReadStatusAsync(WorkspaceClient workspace, LaunchedJob job, CancellationToken cancellationToken)
    {
        var details = await new JobHistory(workspace).ReadAsync(job.Job, cancellationToken);
        if (details.Status != JobStatus.Running)
            return details.Status.ToString();
        var logged = (await new JobMetrics(workspace).ReadAsync(job.Job, cancellationToken)).LastStep;
        var progress = ReportProgress.Estimate(
            logged?.Step ?? 0,
            details.Tags.GetValueOrDefault("steps"),
            ReportProgress.PaceSince(details.Started, logged)
        );
        return progress is null ? details.Status.ToString() : $"{details.Status}: {progress.Describe()}";
    }

    /// <summary>Cancels the named job, or every job that is running, and writes that to the comment.</summary>
    public Task CancelAsync(BuildContext context, AuthorizedLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        return ChangeAsync(
            context,
            launch,
            job => (launch.Job is null || launch.Job == job.Job) && job.IsRunning(time.GetUtcNow()),
            async (workspace, job) => (await new JobCanceller(workspace, time).CancelAsync(job.Job, context.Cancellation)).ToString()
        );
    }

    private async Task ChangeAsync(
        BuildContext context,
        AuthorizedLaunch launch,
        Func<LaunchedJob, bool> isMeant,
        Func<WorkspaceClient, LaunchedJob, Task<string>> change
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        if (launch.PullRequest is not { } number)
            throw new CakeException("artifacts/launch.json names no pull request; it must name the one whose jobs are selected.");
        var comment = await hosts.OpenComment(context).FindAsync(number, context.Cancellation);
        var known = CommentText.Read(comment?.Body).Jobs;
        var meant = known.Where(isMeant).ToList();
        if (meant.Count == 0)
        {
            context.Report("Jobs", $"the pull request has {known.Count}; none of them is selected");
            return;
        }

        var changed = new List<LaunchedJob>();
        foreach (var job in meant)
        {
            var status = await ChangeAsync(context, job, change);
            context.Report("Job", $"{SafeText.Show(job.Job, 255)}: {SafeText.Show(status)}");
            changed.Add(job with { Status = status });
        }

        await RememberAsync(context, number, changed);
    }

    private async Task<string> ChangeAsync(BuildContext context, LaunchedJob job, Func<WorkspaceClient, LaunchedJob, Task<string>> change)
    {
        // The comment comes from outside: it may name a file of the folder and nothing else.
        var file = Path.Combine(context.Root, ConfigurationReader.Folder, job.EnvironmentFile);
        if (!FileName().IsMatch(job.EnvironmentFile) || !JobForm().IsMatch(job.Job) || !File.Exists(file))
            return job.Status;
        try
        {
            var address = WorkspaceAddress.Of(EnvironmentConfigReader.Read(file));
            return await change(await session.OpenAsync(context, address, jobs: null), job);
        }
        catch (WorkspaceException exception) when (exception.Status == 404)
        {
            return "Missing";
        }
    }

    private static string Update(CommentText text, IReadOnlyList<LaunchedJob> jobs)
    {
        foreach (var job in jobs)
            text.Set(job);
        text.Set(Section, Table(text.Jobs));
        return Section;
    }

    private static string Table(IEnumerable<LaunchedJob> jobs) =>
        MarkdownText.Table(
            Headings,
            jobs.Select(job =>
                (string[])
                    [
                        MarkdownText.Link(job.Job, job.Page),
                        MarkdownText.Code(string.Join(' ', [job.ExpConfig, .. job.Overrides])),
                        MarkdownText.Code(SafeText.Show(job.Commit, 12).TrimEnd('…')),
                        MarkdownText.Code(job.Status),
                    ]
            )
        );

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileName();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JobForm();
}
