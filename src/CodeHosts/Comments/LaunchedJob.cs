namespace CodeHosts.Comments;

/// <summary>A job that a pull request started, as its comment remembers it.</summary>
/// <param name="Job">The name of the job.</param>
/// <param name="ExpConfig">The experiment.</param>
/// <param name="Overrides">Each <c>KEY=VALUE</c>.</param>
/// <param name="EnvironmentFile">The environment config in <c>configuration/</c> that names the workspace.</param>
/// <param name="Commit">The commit that is trained.</param>
/// <param name="Until">The latest time at which the job ends, by its own time limit.</param>
/// <param name="Status">The last status that was read.</param>
/// <param name="Page">Its page in the studio; null without one.</param>
/// <param name="Claim">The claim of the launch that submitted it.</param>
public sealed record LaunchedJob(
    string Job,
    string ExpConfig,
    IReadOnlyList<string> Overrides,
    string EnvironmentFile,
    string Commit,
    DateTimeOffset Until,
    string Status,
    string? Page,
    string? Claim = null
)
{
    private static readonly string[] Ends = ["Completed", "Failed", "Canceled", "Missing"];

    /// <summary>Returns whether the job still counts as running.</summary>
    public bool IsRunning(DateTimeOffset now) => now < Until && !Ends.Contains(Status, StringComparer.OrdinalIgnoreCase);
}
