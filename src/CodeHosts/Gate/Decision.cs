namespace CodeHosts.Gate;

/// <summary>The decisions.</summary>
public enum Decision
{
    /// <summary>No run is requested.</summary>
    Skip,

    /// <summary>Train.</summary>
    Launch,

    /// <summary>Cancel jobs of the pull request.</summary>
    Cancel,

    /// <summary>Report the status of the pull request's jobs.</summary>
    Status,

    /// <summary>The request is not permitted or not possible.</summary>
    Refuse,
}
