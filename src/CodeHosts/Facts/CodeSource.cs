namespace CodeHosts.Facts;

/// <summary>The repository that holds the code of a pull request.</summary>
public enum CodeSource
{
    SameRepository,
    Fork,

    /// <summary>A fork that no longer exists.</summary>
    DeletedFork,
}
