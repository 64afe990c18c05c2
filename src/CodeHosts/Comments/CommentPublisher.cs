using System.Security.Cryptography;
using CodeHosts.Hosts;
using CodeHosts.Http;

namespace CodeHosts.Comments;

/// <summary>
/// Keeps the one comment of a pull request: finds it, edits it in place, and recreates it when it was deleted. No host edits a comment only
/// if nobody else did, so that each text is read again after it was written, and written again where another run overwrote it.
/// </summary>
public sealed class CommentPublisher(ICodeHost host, TimeProvider time)
{
    private const int MostWrites = 10;

    private string? ownId;

    /// <summary>Finds the comment: by its marker and by its author, on every page.</summary>
    /// <returns>Null when there is no such comment.</returns>
    public async Task<HostComment?> FindAsync(int number, CancellationToken cancellationToken) =>
        (await ReadAsync(number, cancellationToken)).Comment;

    /// <summary>Reads the comments of this program.</summary>
    internal async Task<OwnComments> ReadAsync(int number, CancellationToken cancellationToken)
    {
        ownId ??= await host.ReadOwnIdAsync(cancellationToken);
        var own = (await host.ListCommentsAsync(number, cancellationToken)).Where(comment => comment.AuthorId == ownId).ToList();
        var marked = own.Where(comment => comment.Body.StartsWith(CommentText.Marker, StringComparison.Ordinal)).ToList();
        return new(
            marked.FirstOrDefault(),
            [.. marked.Skip(1)],
            [.. own.Select(comment => (Comment: comment, Claim: LaunchClaim.Read(comment.Body)!)).Where(pair => pair.Claim is not null)]
        );
    }

    /// <summary>Reads the comment, changes it, and writes it until it is there with the jobs of every launch.</summary>
    /// <param name="number">The pull request.</param>
    /// <param name="change">Changes the text, and returns the name of the section that must stay; called again for each new text.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="CodeHostException">The host refused, or other runs overwrote the comment every time.</exception>
    public async Task<CommentChange> PublishAsync(int number, Func<CommentText, string?> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var done = CommentChange.Unchanged;
        (string Written, string? Read) last = ("", null);
        for (var writes = 0; writes <= MostWrites; writes++)
        {
            if (writes > 1)
                await PauseAsync(cancellationToken);
            var found = await ReadAsync(number, cancellationToken);
            var body = Compose(found, change);
            // A host that stores another text than was sent returns it every time.
            var isStored =
                found.Comment is { } known && (IsSame(known.Body, writes == 0 ? body : last.Written) || last == (body, known.Body));
            if (isStored && found.IsComplete)
                return done;
            last = (body, found.Comment?.Body);
            var written = await WriteAsync(number, found, body, isFirst: writes == 0, cancellationToken);
            done = done == CommentChange.Created ? done : written ?? done;
        }

        throw new CodeHostException(
            $"The comment of pull request {number} was overwritten by other runs {MostWrites} times; it must keep what it is given. "
                + "Run the step again once they have ended."
        );
    }

    /// <summary>Waits for as long as another run needs to write, and never for the same time twice.</summary>
    internal Task PauseAsync(CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(500, 3000)), time, cancellationToken);

    /// <summary>Creates a comment, also where the host does not say whether it did.</summary>
    /// <returns>False when only a look at the comments can say.</returns>
    internal async Task<bool> CreateAsync(int number, string body, bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            await host.CreateCommentAsync(number, body, cancellationToken);
            return true;
        }
        catch (CodeHostException exception) when (exception.IsUncertain && isFirst)
        {
            // The response was lost, but the comment may exist. A second one would stay forever.
            return false;
        }
    }

    private async Task<CommentChange?> WriteAsync(
        int number,
        OwnComments found,
        string body,
        bool isFirst,
        CancellationToken cancellationToken
    )
    {
        if (found.Comment is not { } known)
        {
            await CreateAsync(number, body, isFirst, cancellationToken);
            return CommentChange.Created;
        }

        // Null: it was deleted meanwhile, and the next look finds that out.
        if (!await host.UpdateCommentAsync(number, known, body, cancellationToken))
            return null;
        foreach (var duplicate in found.Duplicates)
            await host.DeleteCommentAsync(number, duplicate, cancellationToken);
        return CommentChange.Edited;
    }

    private string Compose(OwnComments found, Func<CommentText, string?> change)
    {
        var text = found.ReadText();
        var last = change(text);
        return text.Write(host.LongestComment, last);
    }

    // The host may have changed the line ends.
    private static bool IsSame(string stored, string written) => stored.ReplaceLineEndings("\n").Trim() == written.Trim();
}
