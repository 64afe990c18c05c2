namespace Workspaces.Computes;

/// <summary>How long a cluster is waited for, and how often it is asked about.</summary>
public sealed record ProvisioningSettings
{
    /// <summary>Time after which waiting ends; the service goes on with what it has begun.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>First pause between two questions; it doubles each time.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Longest pause between two questions.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two lines of progress while nothing changes.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(30);
}
