using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using Build.Log;
using Cake.Core;
using CodeHosts.Comments;
using CodeHosts.Gate;
using CodeHosts.Hosts;
using CodeHosts.Text;
using CodeHosts.Verdicts;
using Experiments.Records;

namespace Build.Sessions.PullRequests;

/// <summary>Puts the short report on the pull request, and sets the status of the commit.</summary>
public sealed class VerdictComment(CommandArguments arguments, HostSession hosts)
{
    private const string Remedy = "Run: dotnet cake --target=Report";

    /// <summary>Writes both. A broken rule fails the status and not this target.</summary>
    /// <exception cref="CodeHosts.Http.CodeHostException">The host could not be written to.</exception>
    /// <exception cref="RecordException">Report has not run.</exception>
    /// <exception cref="CakeException">A rule names a metric that the report does not have.</exception>
    public async Task PublishAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var launch = HostSession.FindLaunch(context);
        var reportFile = arguments.GetPath(VerdictArguments.Report) ?? Path.Combine(context.ArtifactsFolder, "report.json");
        if (launch is { Decision: not Decision.Launch } && !File.Exists(reportFile))
        {
            context.Report("Comment", $"nothing to say: {launch.Reason}");
            return;
        }

        if (hosts.FindPullRequest(context) is not { } number)
        {
            context.Report("Comment", "nothing to say: this run is about no pull request");
            return;
        }

        var report = RecordFile.Read<ReportSummary>(reportFile, Remedy);
        var host = hosts.Open(context);
        var broken = FindBroken(report);
        var section = await WriteSectionAsync(context, host, number, report, broken);
        var change = await hosts.OpenComment(context).PublishAsync(number, text => Update(text, report, section), context.Cancellation);
        context.Report("Comment", $"{change.ToString().ToLowerInvariant()} on pull request {number}");

        var commit = launch?.Commit ?? await FindCommitAsync(context, host, number);
        var status = new VerdictStatus(StateOf(report, broken), Describe(report, broken), report.StudioUrl);
        await host.SetStatusAsync(number, commit, status, context.Cancellation);
        context.Report("Status", $"{status.State.ToString().ToLowerInvariant()}: {status.ShownDescription}");
        context.ReportDetail("commit", SafeText.Show(commit));
    }

    // A job that is running or failed has no values to compare.
    private IReadOnlyList<string> FindBroken(ReportSummary report)
    {
        if (report.IsRunning || report.Verdict == "failed")
            return [];
        var (rules, metrics) = (arguments.Get(VerdictArguments.FailOn), report.Metrics ?? []);
        return VerdictRules.FindFaults(rules, metrics) is { Count: > 0 } faults
            ? throw new CakeException(string.Join(Environment.NewLine, faults))
            : VerdictRules.FindBroken(rules, metrics);
    }

    // The commit of a pull request's run may be the merge of both branches, which the host shows no status of.
    private async Task<string> FindCommitAsync(BuildContext context, ICodeHost host, int number) =>
        hosts.OpenEvent(context).EventHead ?? (await host.ReadPullRequestAsync(number, context.Cancellation)).Head;

    private static string Update(CommentText text, ReportSummary report, string section)
    {
        if (text.Jobs.FirstOrDefault(job => job.Job == report.Job) is { } known)
            text.Set(known with { Status = report.Status });
        var name = $"verdict-{report.Experiment}";
        text.Set(name, section);
        return name;
    }

    private async Task<string> WriteSectionAsync(
        BuildContext context,
        ICodeHost host,
        int number,
        ReportSummary report,
        IReadOnlyList<string> broken
    )
    {
        var textFile = arguments.GetPath(VerdictArguments.Text) ?? Path.Combine(context.ArtifactsFolder, "comment.md");
        if (!File.Exists(textFile))
            throw new RecordException($"{textFile} is missing; it must exist. {Remedy}");
        var parts = new List<string> { (await File.ReadAllTextAsync(textFile, context.Cancellation)).Trim() };
        if (report.IsRunning)
            parts.Add($"**Running**: {DescribeProgress(report)}");
        if (broken.Count > 0)
            parts.Add($"**Fails**: {string.Join(", ", broken.Select(MarkdownText.Code))}");
        if (arguments.Get(VerdictArguments.Thumbnails) is { } address && report.Thumbnails is { Count: > 0 } pictures)
            parts.Add(await Thumbnails.WriteAsync(context, host, number, address == VerdictArguments.Upload ? null : address, pictures));
        return string.Join("\n\n", parts.Where(part => part.Length > 0));
    }

    private static VerdictState StateOf(ReportSummary report, IReadOnlyList<string> broken) =>
        report.IsRunning ? VerdictState.Pending
        : report.Verdict == "failed" ? VerdictState.Error
        : broken.Count > 0 ? VerdictState.Failure
        : VerdictState.Success;

    private static string Describe(ReportSummary report, IReadOnlyList<string> broken)
    {
        if (report.IsRunning)
            return $"{report.Experiment} - {DescribeProgress(report)}";
        if (report.Verdict == "failed")
            return $"{report.Experiment} - the job is {report.Status}";
        if (broken.Count > 0)
            return $"{report.Experiment} - {string.Join(", ", broken)}";
        var primary = report.Metrics?.FirstOrDefault(metric => metric.Name == ReportSummary.PrimaryMetric);
        var value = primary?.Value is { } number ? $", {primary.Name} {MarkdownText.Number(number)}" : "";
        return $"{report.Experiment} - {Word(report.Verdict)}{value}";
    }

    private static string DescribeProgress(ReportSummary report) =>
        report.Progress is not { Steps: > 0 } progress
            ? $"{SafeText.Show(report.Status, 40)}"
            : string.Create(CultureInfo.InvariantCulture, $"step {progress.Step} of {progress.Steps}")
                + (progress.EtaSeconds is { } eta && eta is >= 0 and < 1e8 ? $", ETA {ShowDuration(TimeSpan.FromSeconds(eta))}" : "");

    private static string ShowDuration(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s"
        : $"{time.Seconds} s";

    private static string Word(string verdict) =>
        verdict switch
        {
            "notDistinguishable" => "not distinguishable",
            "notPaired" => "not paired",
            "noBaseline" => "no baseline",
            _ => verdict,
        };
}
