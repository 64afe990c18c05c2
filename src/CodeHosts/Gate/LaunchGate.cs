using CodeHosts.Commands;
using CodeHosts.Facts;
using CodeHosts.Text;
using Experiments.Json;

namespace CodeHosts.Gate;

/// <summary>Decides whether a pull request may train. Pure: the same facts give the same decision, on both hosts.</summary>
public static class LaunchGate
{
    private const string HowToRequest = "the label train or the comment /train";

    /// <summary>The rules; the first that applies decides. docs/pull-requests.md has the same table.</summary>
    public static IReadOnlyList<GateRule> Rules { get; } =
    [
        new("no pull request event", "a push, a schedule, a manual run", Decision.Skip, request =>
            request.Trigger == Trigger.Other ? $"{SafeText.Quote(request.EventName)} is not an event of a pull request" : null
        ),
        new("merge group", "a merge queue checks a group", Decision.Skip, request =>
            request.Trigger == Trigger.MergeGroup ? "a merge group is checked; it trains nothing" : null
        ),
        new("no pull request", "a comment on an issue", Decision.Skip, request =>
            request.PullRequest is null ? "the comment is on an issue, which has no code to train" : null
        ),
        new("no command", "a comment whose first line is not a command", Decision.Skip, request =>
            IsComment(request) && request.Command is null ? "the comment is not a command" : null
        ),
        new("azp", "a comment /azp", Decision.Skip, request =>
            IsComment(request) && request.Command is { Kind: CommentCommandKind.AzurePipelines }
                ? "/azp is for Azure Pipelines, which carries it out itself"
                : null
        ),
        new("edited comment", "a command that was edited or deleted", Decision.Refuse, request =>
            request.Trigger is Trigger.CommentEdited or Trigger.CommentDeleted
                ? "an edited comment starts nothing; the command must be in a new comment"
                : null
        ),
        new("other label", "a label other than train", Decision.Skip, request =>
            request.Trigger == Trigger.Labeled && request.Label != LaunchRequest.TrainLabel
                ? $"the label is {SafeText.Quote(request.Label)}; only {LaunchRequest.TrainLabel} starts a run"
                : null
        ),
        new("proposal", "a pull request opened or changed", Decision.Skip, request =>
            request.Trigger == Trigger.Changed ? Propose(request) : null
        ),
        new("bot", "a bot requests a run", Decision.Refuse, request =>
            request.Requester is { IsBot: true } bot ? $"{SafeText.Quote(bot.Name)} is a bot; a person must request the run" : null
        ),
        new("fork", "the code is in a fork", Decision.Refuse, request =>
            request.PullRequest!.Source == CodeSource.Fork
                ? "the code is in a fork, whose code is never trained; push it to a branch here"
                : null
        ),
        new("deleted fork", "the fork no longer exists", Decision.Refuse, request =>
            request.PullRequest!.Source == CodeSource.DeletedFork ? "the code was in a fork that no longer exists" : null
        ),
        new("no write access", "the requester has no write access", Decision.Refuse, request =>
            request.Requester is not { Permission: >= Permission.Write } ? ExplainAccess(request.Requester) : null
        ),
        new("faulty command", "a file, key or option that is not known", Decision.Refuse, request =>
            request.Command is { Faults: { Count: > 0 } faults } ? string.Join(" ", faults) : null
        ),
        new("status", "the comment /status", Decision.Status, request =>
            request.Command is { Kind: CommentCommandKind.Status } ? $"{By(request)} requests the status of the jobs" : null
        ),
        new("cancel", "the comment /cancel", Decision.Cancel, request =>
            request.Command is { Kind: CommentCommandKind.Cancel } command ? $"{By(request)} cancels {command.Job ?? "all jobs"}" : null
        ),
        new("closed", "the pull request is closed or merged", Decision.Refuse, request => request.PullRequest!.State switch
            {
                PullRequestState.Closed => "the pull request is closed; it must be open",
                PullRequestState.Merged => "the pull request is merged; start the workflow Train by hand instead",
                _ => null,
            }),
        new("other base", "the base is not the default branch", Decision.Refuse, request =>
            request.PullRequest!.BaseBranch != request.DefaultBranch
                ? $"the base is {SafeText.Quote(request.PullRequest.BaseBranch)}; it must be {SafeText.Quote(request.DefaultBranch)}, "
                    + "whose runs the result is compared with"
                : null
        ),
        new("label removed", "the label was removed before the run began", Decision.Refuse, request =>
            request.Trigger == Trigger.Labeled && !request.PullRequest!.Labels.Contains(LaunchRequest.TrainLabel, StringComparer.Ordinal)
                ? "the label train was removed again; set it to request the run again"
                : null
        ),
        new("head moved", "something was pushed after the request", Decision.Refuse, request =>
            request.Head == HeadState.Moved
                ? "something was pushed after the request and is not approved; review it and request the run again"
                : null
        ),
        new("head unknown", "the host does not say when the last push was", Decision.Refuse, request =>
            request.Head == HeadState.Unknown
                ? "the host does not say whether something was pushed after the comment; set the label train, which carries the commit"
                : null
        ),
        new("too many files", "more changed files than the host lists", Decision.Refuse, request =>
            request.Command?.File is null && !request.Changes.IsComplete
                ? "the host does not list all changed files; name the experiment: /train exp_configs/NAME.json"
                : null
        ),
        new("no experiment", "no experiment is changed or named", Decision.Refuse, request =>
            request.Experiments.Count == 0
                ? "the pull request changes no file under exp_configs/; name an experiment: /train exp_configs/NAME.json"
                : null
        ),
        new("missing file", "the file does not exist at the commit", Decision.Refuse, FindMissing),
        new("too many launches", "more jobs than the cap of one pull request", Decision.Refuse, request =>
            request.RunningLaunches + request.Experiments.Count > request.MostLaunches
                ? $"{request.RunningLaunches} jobs of this pull request are running and {request.Experiments.Count} are requested; "
                    + $"it must be at most {request.MostLaunches}: cancel some (/cancel), or name one (/train exp_configs/NAME.json)"
                : null
        ),
        new("launch", "otherwise", Decision.Launch, request =>
            $"{By(request)} requests a run of "
            + string.Join(", ", request.Experiments.Select(experiment => SafeText.Show(experiment.ExpConfig)))
        ),
    ];

    /// <summary>Decides.</summary>
    public static LaunchDecision Decide(LaunchRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach (var rule in Rules)
        {
            if (rule.Reason(request) is { } reason)
                return Complete(request, rule, reason);
        }

        throw new InvalidOperationException("The last rule applies to every request.");
    }

    private static LaunchDecision Complete(LaunchRequest request, GateRule rule, string reason)
    {
        var isProposal = request.Trigger == Trigger.Changed && request.PullRequest is { Source: CodeSource.SameRepository };
        return new(rule.Decision, rule.Name, reason)
        {
            Commit = request.PullRequest?.Head ?? request.Commit,
            Experiments = rule.Decision == Decision.Launch || isProposal ? request.Experiments : [],
            Again = rule.Decision == Decision.Launch && request.Command is { Again: true },
            Job = rule.Decision == Decision.Cancel ? request.Command?.Job : null,
            WhyNoImage = request.PullRequest is null ? null : request.Changes.WhyNoImage,
        };
    }

    private static bool IsComment(LaunchRequest request) =>
        request.Trigger is Trigger.Commented or Trigger.CommentEdited or Trigger.CommentDeleted;

    private static string Propose(LaunchRequest request) =>
        request.PullRequest!.Source != CodeSource.SameRepository ? "the code is in a fork, whose code is never trained"
        : request.Experiments.Count == 0 ? $"no run is requested; {HowToRequest} requests one"
        : $"proposes {string.Join(", ", request.Experiments.Select(experiment => SafeText.Show(experiment.ExpConfig)))}; {HowToRequest} "
            + $"starts it";

    private static string ExplainAccess(Requester? requester) =>
        $"{SafeText.Quote(requester?.Name)} has the permission {(requester?.Permission ?? Permission.None).ToString().ToLowerInvariant()}; "
        + "it must be write or more";

    private static string By(LaunchRequest request) =>
        request.Requester!.Permission == Permission.Approver ? "an approver of the environment" : SafeText.Quote(request.Requester.Name);

    private static string? FindMissing(LaunchRequest request)
    {
        if (request.Command?.File is not { } file || request.ExistingExperiments.Contains(file, StringComparer.Ordinal))
            return null;
        var fault = $"the file is {SafeText.Quote(file)}, which commit {SafeText.Show(request.PullRequest!.Head, 12)} does not have";
        var nearest = NearestName.Find(NameOf(file), request.ExistingExperiments.Select(NameOf));
        return request.ExistingExperiments.FirstOrDefault(path => NameOf(path) == nearest) is { } meant
            ? $"{fault}. Did you mean {SafeText.Show(meant)}?{NearestName.Difference(NameOf(file), nearest!)}"
            : $"{fault}; it must be one of {string.Join(", ", request.ExistingExperiments.Take(20).Select(path => SafeText.Show(path)))}";
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
