using System.Text.Json;
using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using Build.Log;
using CodeHosts.Facts;
using CodeHosts.Gate;
using CodeHosts.Text;
using Experiments.Json;
using Experiments.Records;

namespace Build.Sessions.PullRequests;

/// <summary>Reads the facts of an event, lets the gate decide, and passes the decision on.</summary>
public sealed class Authorization(CommandArguments arguments, HostSession hosts)
{
    /// <summary>Decides. A refusal is not a failure: the reason is in the log, in the summary and in the outputs.</summary>
    /// <exception cref="CodeHosts.Http.CodeHostException">The host refused or did not respond.</exception>
    public async Task DecideAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = await hosts.OpenEvent(context).ReadAsync(context.Cancellation) with
        {
            MostLaunches = arguments.Get(GateArguments.MostLaunches),
        };
        request = request with { RunningLaunches = await CountRunningAsync(context, request) };
        var decision = LaunchGate.Decide(request);
        RecordFile.Write(
            HostSession.LaunchFile(context),
            new AuthorizedLaunch(
                decision.Decision,
                decision.Rule,
                decision.Reason,
                request.PullRequest?.Number,
                decision.Commit,
                decision.Experiments,
                decision.Again,
                decision.Job,
                request.Trigger == Trigger.Labeled && decision.Decision == Decision.Launch ? request.Label : null,
                decision.WhyNoImage,
                request.MostLaunches
            )
        );
        Describe(context, decision);
        Output(context, decision);
        Summarize(context, request, decision);
    }

    // Jobs that the same request would find again do not count: they are not started twice.
    private async Task<int> CountRunningAsync(BuildContext context, LaunchRequest request)
    {
        if (
            request is not { PullRequest: { Source: CodeSource.SameRepository } pull, Requester.Permission: >= Permission.Write }
            || request.Experiments.Count == 0
        )
        {
            return 0;
        }

        var isAgain = request.Command is { Again: true };
        return await hosts.OpenClaims(context).CountAsync(pull.Number, pull.Head, request.Experiments, isAgain, context.Cancellation);
    }

    private static void Describe(BuildContext context, LaunchDecision decision)
    {
        context.Report("Decision", $"{Word(decision.Decision)}: {decision.Reason}");
        context.ReportDetail("rule", decision.Rule);
        if (decision.Commit is { } commit)
            context.ReportDetail("commit", SafeText.Show(commit));
        foreach (var (file, overrides) in decision.Experiments)
            context.ReportDetail("experiment", string.Join(' ', [file, .. overrides.Select(value => SafeText.Show(value))]));
        context.ReportDetail("image", decision.WhyNoImage is { } reason ? $"none: {reason}" : "needed");
        context.ReportDetail("record", Path.GetRelativePath(context.Root, HostSession.LaunchFile(context)).Replace('\\', '/'));
    }

    private static void Output(BuildContext context, LaunchDecision decision)
    {
        context.Output("decision", Word(decision.Decision));
        context.Output("reason", decision.WhyNoImage is { } reason ? $"{decision.Reason} (image: {reason})" : decision.Reason);
        context.Output("commit", decision.Commit ?? "");
        context.Output("experiments", JsonSerializer.Serialize(decision.Experiments, RecordJson.Compact));
        context.Output("image", decision.WhyNoImage is null ? "true" : "false");
    }

    private static void Summarize(BuildContext context, LaunchRequest request, LaunchDecision decision) =>
        context.Summarize(
            "Training of this pull request",
            [
                ("decision", $"**{Word(decision.Decision)}**"),
                ("reason", MarkdownText.Code(decision.Reason)),
                ("pull request", request.PullRequest is { } pull ? MarkdownText.Code($"{pull.Number}: {pull.Branch}") : "none"),
                ("commit", MarkdownText.Code(decision.Commit)),
                .. decision.Experiments.Select(one =>
                    ("experiment", MarkdownText.Code($"{one.ExpConfig} {string.Join(' ', one.Overrides)}"))
                ),
                ("image", decision.WhyNoImage is { } reason ? $"none: {reason}" : "needed"),
            ]
        );

    private static string Word(Decision decision) => decision.ToString().ToLowerInvariant();
}
