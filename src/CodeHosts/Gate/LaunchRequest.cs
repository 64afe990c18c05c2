using CodeHosts.Commands;
using CodeHosts.Facts;
using CodeHosts.Platforms;

namespace CodeHosts.Gate;

/// <summary>The facts from which the gate decides: the requester, the place of the code, and the request.</summary>
public sealed record LaunchRequest
{
    /// <summary>The label that requests a training run.</summary>
    public const string TrainLabel = "train";

    /// <summary>The platform whose pipeline runs.</summary>
    public required Platform Platform { get; init; }

    /// <summary>The kind of the event.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>The platform's name of the event, from outside.</summary>
    public string EventName { get; init; } = "";

    /// <summary>The account that requests a run; null without one.</summary>
    public Requester? Requester { get; init; }

    /// <summary>The pull request; null for a comment on an issue.</summary>
    public PullRequest? PullRequest { get; init; }

    /// <summary>The branch whose pull requests may train.</summary>
    public string DefaultBranch { get; init; } = "main";

    /// <summary>The commit of the event, where there is no pull request.</summary>
    public string? Commit { get; init; }

    /// <summary>The label that was set.</summary>
    public string? Label { get; init; }

    /// <summary>The command of the comment; null when it holds no command.</summary>
    public CommentCommand? Command { get; init; }

    /// <summary>Whether the pull request still is at the commit that the person saw.</summary>
    public HeadState Head { get; init; } = HeadState.Unknown;

    /// <summary>The files that the pull request changes.</summary>
    public ChangedFiles Changes { get; init; } = ChangedFiles.None;

    /// <summary>The experiments that exist at the head, in the folder of the requested one.</summary>
    public IReadOnlyList<string> ExistingExperiments { get; init; } = [];

    /// <summary>The jobs of this pull request that have not ended, without those that would be found again.</summary>
    public int RunningLaunches { get; init; }

    /// <summary>The most jobs of one pull request at a time.</summary>
    public int MostLaunches { get; init; } = 2;

    /// <summary>The experiments of the request: the file of the command, else those that the pull request changes.</summary>
    public IReadOnlyList<RequestedExperiment> Experiments =>
        Command is { Kind: CommentCommandKind.Train, File: { } file }
            ? [new(file, Command.Overrides)]
            : [.. Changes.Experiments.Select(path => new RequestedExperiment(path, []))];
}
