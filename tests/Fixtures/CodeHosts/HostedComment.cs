namespace Fixtures.CodeHosts;

/// <summary>A comment that a server keeps.</summary>
public sealed class HostedComment
{
    public required long Id { get; init; }

    /// <summary>The thread on Azure DevOps; equal to the id on GitHub.</summary>
    public required long Thread { get; init; }

    public required string AuthorId { get; init; }

    public required string AuthorName { get; init; }

    public required string Body { get; set; }

    public required DateTimeOffset Written { get; init; }

    public DateTimeOffset Updated { get; set; }

    public bool IsDeleted { get; set; }
}
