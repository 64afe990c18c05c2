using CodeHosts.Hosts;
using CodeHosts.Http;

namespace CodeHosts.Comments;

/// <summary>Keeps the one comment of a pull request: finds it, edits it in place, and recreates it when it was deleted.</summary>
public sealed class CommentPublisher(ICodeHost host)
{
    private string? ownId;

    /// <summary>Finds the comment: by its marker and by its author, on every page.</summary>
    /// <returns>Null when there is no such comment.</returns>
    public async Task<HostComment?> FindAsync(int number, CancellationToken cancellationToken)
    {
        ownId ??= await host.ReadOwnIdAsync(cancellationToken);
        var comments = await host.ListCommentsAsync(number, cancellationToken);
        return comments.FirstOrDefault(comment =>
            comment.AuthorId == ownId && comment.Body.StartsWith(CommentText.Marker, StringComparison.Ordinal)
        );
    }

    /// <summary>Reads the comment, changes it, and writes it where it differs.</summary>
    /// <param name="number">The pull request.</param>
    /// <param name="change">Changes the text, and returns the name of the section that must stay.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<CommentChange> PublishAsync(int number, Func<CommentText, string?> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var known = await FindAsync(number, cancellationToken);
        var body = Compose(known?.Body, change);
        if (known is null)
            return await CreateAsync(number, body, change, cancellationToken);
        // The host may have changed the line ends.
        if (known.Body.ReplaceLineEndings("\n").Trim() == body.Trim())
            return CommentChange.Unchanged;
        return await host.UpdateCommentAsync(number, known, body, cancellationToken)
            ? CommentChange.Edited
            : await CreateAsync(number, body, change, cancellationToken);
    }

    private string Compose(string? body, Func<CommentText, string?> change)
    {
        var text = CommentText.Read(body);
        var last = change(text);
        return text.Write(host.LongestComment, last);
    }

    private async Task<CommentChange> CreateAsync(
        int number,
        string body,
        Func<CommentText, string?> change,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await host.CreateCommentAsync(number, body, cancellationToken);
        }
        catch (CodeHostException exception) when (exception.IsUncertain)
        {
            // The response was lost, but the comment may exist. A second one would stay forever.
            if (await FindAsync(number, cancellationToken) is not { } made)
                await host.CreateCommentAsync(number, body, cancellationToken);
            else
                await host.UpdateCommentAsync(number, made, Compose(made.Body, change), cancellationToken);
        }

        return CommentChange.Created;
    }
}
