using CodeHosts.Commands;
using CodeHosts.Facts;
using CodeHosts.Platforms;

namespace CodeHosts.Gate;

/// <summary>All that the gate decides from: who asks, where the code is, and what is asked for.</summary>
public sealed record LaunchRequest
{
    /// <summary>The label that asks for a training run.</summary>
    public const string TrainLabel = "train";

    /// <summary>The platform whose pipeline asks.</summary>
    public required Platform Platform { get; init; }

    /// <summary>What happened.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>The platform's word for it, from outside.</summary>
    public string EventName { get; init; } = "";

    /// <summary>Who asks; null when nobody does.</summary>
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

    /// <summary>The experiments that exist at the head, in the folder of the one that is asked for.</summary>
    public IReadOnlyList<string> ExistingExperiments { get; init; } = [];

    /// <summary>The jobs of this pull request that have not ended, without those that would be found again.</summary>
    public int RunningLaunches { get; init; }

    /// <summary>The most jobs of one pull request at a time.</summary>
    public int MostLaunches { get; init; } = 2;

    /// <summary>What would be trained: the file of the command, else the experiments that the pull request changes.</summary>
    public IReadOnlyList<RequestedExperiment> Experiments =>
        Command is { Kind: CommentCommandKind.Train, File: { } file }
            ? [new(file, Command.Overrides)]
            : [.. Changes.Experiments.Select(path => new RequestedExperiment(path, []))];
}
