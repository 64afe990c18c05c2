namespace CodeHosts.Commands;

/// <summary>The commands.</summary>
public enum CommentCommandKind
{
    Train,
    Cancel,
    Status,

    /// <summary><c>/azp run</c>, which Azure Pipelines carries out itself.</summary>
    AzurePipelines,
}
