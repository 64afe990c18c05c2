namespace CodeHosts.Facts;

/// <summary>Where the code of a pull request is.</summary>
public enum CodeSource
{
    SameRepository,
    Fork,

    /// <summary>A fork that no longer exists.</summary>
    DeletedFork,
}
