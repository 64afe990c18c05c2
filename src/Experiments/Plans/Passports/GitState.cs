namespace Experiments.Plans.Passports;

/// <summary>The state of the git repository from which a run was started.</summary>
/// <param name="Commit">Commit id, 40 hex digits.</param>
/// <param name="Branch">Branch; null when none is checked out.</param>
/// <param name="Repository">Address of the remote; null when the repository has no remote.</param>
/// <param name="IsDirty">Whether the working tree differs from the commit.</param>
public sealed record GitState(string Commit, string? Branch, string? Repository, bool IsDirty)
{
    /// <summary>
    /// Returns the state without the user name and password that the remote's address may carry (<c>https://user:token@host/…</c>). A job
    /// must not get them.
    /// </summary>
    public GitState WithoutUser() =>
        Uri.TryCreate(Repository, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
            ? this with
            {
                Repository = new UriBuilder(uri) { UserName = "", Password = "" }.Uri.ToString(),
            }
            : this;
}
