namespace Fixtures.CodeHosts;

/// <summary>A pull request that a server keeps.</summary>
public sealed class HostedPullRequest
{
    public int Number { get; set; } = 42;

    /// <summary>open, closed or merged.</summary>
    public string State { get; set; } = "open";

    public bool IsDraft { get; set; }

    public string Title { get; set; } = "Find smaller potholes";

    public string Branch { get; set; } = "feature/x";

    public string Head { get; set; } = new('a', 40);

    /// <summary>The repository of the head; null when the fork is gone.</summary>
    public string? HeadRepository { get; set; } = CodeHostNames.Repository;

    public string Base { get; set; } = "main";

    public List<string> Labels { get; } = [];

    /// <summary>Path, status as GitHub names it, and the former path.</summary>
    public List<(string Path, string Status, string? Former)> Files { get; } = [];

    public List<HostedComment> Comments { get; } = [];

    /// <summary>The time of each push, the oldest first.</summary>
    public List<(string Commit, DateTimeOffset Time)> Pushes { get; } = [];
}
