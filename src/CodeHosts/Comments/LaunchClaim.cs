using CodeHosts.Gate;
using CodeHosts.Text;

namespace CodeHosts.Comments;

/// <summary>
/// A launch that is under way, as a comment of its own says it until its jobs are in the one comment. Nobody else writes that comment, so
/// that no launch overwrites another, and the host puts the comments in one order.
/// </summary>
/// <param name="Id">A random name.</param>
/// <param name="Commit">The commit that is trained.</param>
/// <param name="Experiments">The experiments of the request.</param>
/// <param name="Again">Whether even what has been trained is trained.</param>
/// <param name="Until">The time after which the claim counts no more: its run was killed.</param>
/// <param name="Jobs">The jobs that were submitted; none before.</param>
/// <param name="IsSettled">Whether the one comment has the jobs and this launch writes to it no more.</param>
public sealed record LaunchClaim(
    string Id,
    string Commit,
    IReadOnlyList<RequestedExperiment> Experiments,
    bool Again,
    DateTimeOffset Until,
    IReadOnlyList<LaunchedJob> Jobs,
    bool IsSettled = false
)
{
    /// <summary>Marks the comment. It is invisible; the author is compared too, because anyone can paste it.</summary>
    public const string Marker = "<!-- model-training:claim -->";

    private const string State = "launch";

    /// <summary>Reads a comment; null when it holds no claim.</summary>
    public static LaunchClaim? Read(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return
            body.StartsWith(Marker, StringComparison.Ordinal)
            && HiddenState.Read<LaunchClaim>(body, State) is { Id: not null, Commit: not null, Experiments: not null, Jobs: not null } claim
            ? claim
            : null;
    }

    /// <summary>Returns the text of the comment.</summary>
    public string Write()
    {
        var experiments = string.Join(
            ", ",
            Experiments.Select(one => MarkdownText.Code(string.Join(' ', [one.ExpConfig, .. one.Overrides])))
        );
        return $"{Marker}\n{HiddenState.Write(State, this)}A launch of {experiments} is under way. This comment goes once its jobs are "
            + "listed in the comment *Model training*.\n";
    }

    /// <summary>Returns whether the launch has ended, or must have.</summary>
    internal bool IsOver(DateTimeOffset now) => IsSettled || now >= Until;
}
