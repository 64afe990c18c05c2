using Workspaces.Http;

namespace Workspaces.Deployments;

/// <summary>Sets the deadline of the wait for a deployment, and the pauses between reads of its state.</summary>
/// <remarks>A value outside its range throws an <see cref="ArgumentOutOfRangeException"/>.</remarks>
public sealed record DeploymentSettings
{
    /// <summary>Gets the time after which waiting ends; the service continues what it has begun.</summary>
    /// <value>Above 0; 60 minutes by default.</value>
    public TimeSpan Deadline
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromMinutes(60);

    /// <summary>Gets the first pause between two reads; it doubles with each read.</summary>
    /// <value>Above 0; 0.2 seconds by default.</value>
    public TimeSpan ShortestPause
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromSeconds(0.2);

    /// <summary>Gets the longest pause between two reads, unless the service requests a longer one.</summary>
    /// <value>Above 0; 10 seconds by default.</value>
    public TimeSpan LongestPause
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the time between two lines of progress while nothing changes.</summary>
    /// <value>Above 0; 30 seconds by default.</value>
    public TimeSpan ReportInterval
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromSeconds(30);
}
