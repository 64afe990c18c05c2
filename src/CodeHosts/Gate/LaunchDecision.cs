namespace CodeHosts.Gate;

/// <summary>The decision of the gate.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Rule">The name of the rule that decided.</param>
/// <param name="Reason">The reason, as one line that can be neither a command nor markup.</param>
public sealed record LaunchDecision(Decision Decision, string Rule, string Reason)
{
    /// <summary>The commit that is trained, and no later one; null when the event names none.</summary>
    public string? Commit { get; init; }

    /// <summary>The experiments to train; for a skipped proposal those that a request would train.</summary>
    public IReadOnlyList<RequestedExperiment> Experiments { get; init; } = [];

    /// <summary>Whether to train even what has been trained.</summary>
    public bool Again { get; init; }

    /// <summary>The job that is cancelled; null for all of the pull request.</summary>
    public string? Job { get; init; }

    /// <summary>The reason why no image is needed; null when one is.</summary>
    public string? WhyNoImage { get; init; }
}
