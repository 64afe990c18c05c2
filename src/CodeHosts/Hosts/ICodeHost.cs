using CodeHosts.Facts;

namespace CodeHosts.Hosts;

/// <summary>The host of a repository and its pull requests.</summary>
public interface ICodeHost
{
    /// <summary>The most characters of a comment.</summary>
    int LongestComment { get; }

    /// <summary>Reads a pull request.</summary>
    Task<PullRequest> ReadPullRequestAsync(int number, CancellationToken cancellationToken);

    /// <summary>Reads the permission of an account in the repository.</summary>
    /// <param name="account">The account as the host's own events name it.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    Task<Permission> ReadPermissionAsync(string account, CancellationToken cancellationToken);

    /// <summary>Reads the files that a pull request changes.</summary>
    Task<ChangedFiles> ReadChangedFilesAsync(int number, CancellationToken cancellationToken);

    /// <summary>Lists the files of a folder at a commit; none when the folder does not exist.</summary>
    /// <param name="folder">Relative to the repository, without a slash at its end.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    Task<IReadOnlyList<string>> ListFilesAsync(string folder, string commit, CancellationToken cancellationToken);

    /// <summary>Reads when the branch of a pull request was last pushed to, by the host's clock; null when the host does not say.</summary>
    Task<DateTimeOffset?> FindLastPushAsync(PullRequest pullRequest, CancellationToken cancellationToken);

    /// <summary>Lists the comments of a pull request, the oldest first; the order of two comments is the same in every list.</summary>
    Task<IReadOnlyList<HostComment>> ListCommentsAsync(int number, CancellationToken cancellationToken);

    /// <summary>Returns the id of the account whose token is used, which is the author of the comment.</summary>
    Task<string> ReadOwnIdAsync(CancellationToken cancellationToken);

    /// <summary>Writes a new comment.</summary>
    Task CreateCommentAsync(int number, string body, CancellationToken cancellationToken);

    /// <summary>Replaces the text of a comment.</summary>
    /// <returns>False when the comment no longer exists.</returns>
    Task<bool> UpdateCommentAsync(int number, HostComment comment, string body, CancellationToken cancellationToken);

    /// <summary>Deletes a comment; a missing comment is not an error.</summary>
    Task DeleteCommentAsync(int number, HostComment comment, CancellationToken cancellationToken);

    /// <summary>Sets the status that a pull request shows for a commit.</summary>
    Task SetStatusAsync(int number, string commit, VerdictStatus status, CancellationToken cancellationToken);

    /// <summary>Removes a label; a missing label is not an error.</summary>
    Task RemoveLabelAsync(int number, string label, CancellationToken cancellationToken);

    /// <summary>Uploads a picture that comments can show.</summary>
    /// <returns>Its address; null when the host takes no pictures by its interface, as GitHub does not.</returns>
    Task<string?> UploadPictureAsync(int number, string name, byte[] content, CancellationToken cancellationToken);
}
