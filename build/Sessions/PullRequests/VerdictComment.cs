using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using Build.Log;
using CodeHosts.Comments;
using CodeHosts.Gate;
using CodeHosts.Hosts;
using CodeHosts.Text;
using Experiments.Records;
using Reports;
using Reports.Records;

namespace Build.Sessions.PullRequests;

/// <summary>Puts the short report on the pull request, and sets the status of the commit.</summary>
public sealed class VerdictComment(CommandArguments arguments, HostSession hosts)
{
    private const string Remedy = "Run: dotnet cake --target=Report";

    /// <summary>Writes both. A broken rule fails the status and not this target.</summary>
    /// <exception cref="CodeHosts.Http.CodeHostException">The host could not be written to.</exception>
    /// <exception cref="RecordException">Report has not run.</exception>
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

        var report = RecordFile.Read<ReportFile>(reportFile, Remedy);
        var host = hosts.Open(context);
        var broken = FailRules.Parse(arguments.Get(VerdictArguments.FailOn)).FindBroken(report);
        var section = await WriteSectionAsync(context, host, number, report, broken);
        var change = await hosts.OpenComment(context).PublishAsync(number, text => Update(text, report, section), context.Cancellation);
        context.Report("Comment", $"{change.ToString().ToLowerInvariant()} on pull request {number}");

        var commit = launch?.Commit ?? await FindCommitAsync(context, host, number);
        var status = new VerdictStatus(StateOf(report, broken), Describe(report, broken), report.StudioUrl);
        await host.SetStatusAsync(number, commit, status, context.Cancellation);
        context.Report("Status", $"{status.State.ToString().ToLowerInvariant()}: {status.ShownDescription}");
        context.ReportDetail("commit", SafeText.Show(commit));
    }

    // The commit of a pull request's run may be the merge of both branches, which the host shows no status of.
    private async Task<string> FindCommitAsync(BuildContext context, ICodeHost host, int number) =>
        hosts.OpenEvent(context).EventHead ?? (await host.ReadPullRequestAsync(number, context.Cancellation)).Head;

    private static string Update(CommentText text, ReportFile report, string section)
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
        ReportFile report,
        IReadOnlyList<string> broken
    )
    {
        var textFile = arguments.GetPath(VerdictArguments.Text) ?? Path.Combine(context.ArtifactsFolder, "comment.md");
        if (!File.Exists(textFile))
            throw new RecordException($"{textFile} is missing; it must exist. {Remedy}");
        var parts = new List<string> { (await File.ReadAllTextAsync(textFile, context.Cancellation)).Trim() };
        if (report.Verdict is null)
            parts.Add($"**Running**: {DescribeProgress(report)}");
        if (broken.Count > 0)
            parts.Add($"**Fails**: {string.Join(", ", broken.Select(MarkdownText.Code))}");
        if (arguments.Get(VerdictArguments.Thumbnails) is { } address && report.Thumbnails is { Count: > 0 } pictures)
            parts.Add(await Thumbnails.WriteAsync(context, host, number, address == VerdictArguments.Upload ? null : address, pictures));
        return string.Join("\n\n", parts.Where(part => part.Length > 0));
    }

    private static VerdictState StateOf(ReportFile report, IReadOnlyList<string> broken) =>
        report.Verdict is null ? VerdictState.Pending
        : report.Verdict is Verdict.Failed ? VerdictState.Error
        : broken.Count > 0 ? VerdictState.Failure
        : VerdictState.Success;

    private static string Describe(ReportFile report, IReadOnlyList<string> broken)
    {
        if (report.Verdict is null)
            return $"{report.Experiment} - {DescribeProgress(report)}";
        if (report.Verdict is Verdict.Failed)
            return $"{report.Experiment} - {(report.Status == "Completed" ? "no trial has a value" : $"the job is {report.Status}")}";
        if (broken.Count > 0)
            return $"{report.Experiment} - {string.Join(' ', broken.Select(WithoutRule))}";
        var primary = report.Metrics.FirstOrDefault(metric => metric.Name == ReportFile.PrimaryMetric);
        var value = primary?.Value is { } number ? $", {primary.Name} {MarkdownText.Number(number)}" : "";
        return $"{report.Experiment} - {Word(report.Verdict)}{value}";
    }

    // A status has few characters, and takes no colon and no semicolon.
    private static string WithoutRule(string sentence) =>
        sentence[(sentence.IndexOf(": ", StringComparison.Ordinal) + 1)..].Trim().Replace(';', ',');

    private static string DescribeProgress(ReportFile report) =>
        report.Progress is { Steps: > 0 } progress ? progress.Describe() : SafeText.Show(report.Status, 40);

    private static string Word(Verdict? verdict) =>
        verdict switch
        {
            Verdict.NotDistinguishable => "not distinguishable",
            Verdict.NotPaired => "not paired",
            Verdict.NoBaseline => "no baseline",
            _ => $"{verdict}".ToLowerInvariant(),
        };
}
