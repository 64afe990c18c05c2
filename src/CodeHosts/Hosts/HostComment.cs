namespace CodeHosts.Hosts;

/// <summary>A comment on a pull request.</summary>
/// <param name="Id">Its id; on Azure DevOps thread and comment, as <c>12/1</c>.</param>
/// <param name="AuthorId">The id of its author.</param>
/// <param name="Body">Its text, from outside.</param>
/// <param name="Written">Time at which it was written.</param>
public sealed record HostComment(string Id, string AuthorId, string Body, DateTimeOffset Written)
{
    /// <summary>The name of its author, from outside.</summary>
    public string AuthorName { get; init; } = "";

    /// <summary>Whether it was edited.</summary>
    public bool IsEdited { get; init; }
}
