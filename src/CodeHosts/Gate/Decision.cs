namespace CodeHosts.Gate;

/// <summary>The decisions.</summary>
public enum Decision
{
    /// <summary>Nothing was asked for.</summary>
    Skip,

    /// <summary>Train.</summary>
    Launch,

    /// <summary>Cancel jobs of the pull request.</summary>
    Cancel,

    /// <summary>Say how the jobs of the pull request are.</summary>
    Status,

    /// <summary>What was asked for is not allowed or not possible.</summary>
    Refuse,
}
