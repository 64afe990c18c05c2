namespace CodeHosts.Facts;

/// <summary>A pull request as the host describes it now.</summary>
/// <param name="Number">Its number.</param>
/// <param name="State">Open, closed or merged.</param>
/// <param name="Source">The place of its code.</param>
/// <param name="BaseBranch">The branch that it changes, without <c>refs/heads/</c>.</param>
/// <param name="Head">The newest commit of its branch, 40 hex digits.</param>
public sealed record PullRequest(int Number, PullRequestState State, CodeSource Source, string BaseBranch, string Head)
{
    /// <summary>Whether its author says that it is not ready.</summary>
    public bool IsDraft { get; init; }

    /// <summary>Its branch, without <c>refs/heads/</c>.</summary>
    public string Branch { get; init; } = "";

    /// <summary>The labels that it has now.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}
