namespace CodeHosts.Facts;

/// <summary>The state of a pull request.</summary>
public enum PullRequestState
{
    Open,
    Closed,
    Merged,
}
