namespace CodeHosts.Facts;

/// <summary>Whether the pull request still is at the commit that the person saw.</summary>
public enum HeadState
{
    /// <summary>Nothing was pushed since.</summary>
    AsSeen,

    /// <summary>Something was pushed since.</summary>
    Moved,

    /// <summary>The host did not say.</summary>
    Unknown,
}
