using CodeHosts.Gate;

namespace Build.Sessions.PullRequests;

/// <summary>The decision of Authorize, for Launch and Comment: <c>artifacts/launch.json</c>.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Rule">The rule of the gate that decided.</param>
/// <param name="Reason">The reason.</param>
/// <param name="PullRequest">The number of the pull request; null when the event is about none.</param>
/// <param name="Commit">The commit that is trained, and no other; null when the event names none.</param>
/// <param name="Experiments">The experiments to train; for a skipped proposal those that a request would train.</param>
/// <param name="Again">Whether to train even what has been trained.</param>
/// <param name="Job">The job that is cancelled; null for all of the pull request.</param>
/// <param name="Label">The label of the request, which is removed once the run has started; null for a comment or an approval.</param>
/// <param name="WhyNoImage">Reason why no image is needed; null when one is.</param>
/// <param name="MostLaunches">The most jobs of the pull request at a time.</param>
public sealed record AuthorizedLaunch(
    Decision Decision,
    string Rule,
    string Reason,
    int? PullRequest,
    string? Commit,
    IReadOnlyList<RequestedExperiment> Experiments,
    bool Again,
    string? Job,
    string? Label,
    string? WhyNoImage,
    int MostLaunches
)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "launch.json";
}
