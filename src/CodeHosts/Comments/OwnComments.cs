using CodeHosts.Hosts;

namespace CodeHosts.Comments;

/// <summary>The comments of this program on a pull request, as one list shows them.</summary>
/// <param name="Comment">The one comment; null when it is missing.</param>
/// <param name="Duplicates">Later ones, which two runs created at the same time.</param>
/// <param name="Claims">The launches that are under way, in the order of the host.</param>
internal sealed record OwnComments(
    HostComment? Comment,
    IReadOnlyList<HostComment> Duplicates,
    IReadOnlyList<(HostComment Comment, LaunchClaim Claim)> Claims
)
{
    /// <summary>Returns the text with everything that any of the comments remembers.</summary>
    public CommentText ReadText()
    {
        var text = CommentText.Read(Comment?.Body);
        foreach (var duplicate in Duplicates)
            text.AddMissing(CommentText.Read(duplicate.Body));
        foreach (var (_, claim) in Claims)
            text.AddMissing(claim.Jobs);
        return text;
    }

    /// <summary>Returns whether the one comment has every job that any of the comments remembers.</summary>
    public bool IsComplete =>
        Duplicates.Count == 0 && Names(ReadText()).ToHashSet(StringComparer.Ordinal).SetEquals(Names(CommentText.Read(Comment?.Body)));

    private static IEnumerable<string> Names(CommentText text) => text.Jobs.Select(job => job.Job);
}
