using Workspaces.Http;

namespace Workspaces.Computes;

/// <summary>Sets the deadline of the wait for a cluster, and the pauses between reads of its state.</summary>
/// <remarks>A value outside its range throws an <see cref="ArgumentOutOfRangeException"/>.</remarks>
public sealed record ProvisioningSettings
{
    /// <summary>Gets the time after which waiting ends; the service continues what it has begun.</summary>
    /// <value>Above 0; 20 minutes by default.</value>
    public TimeSpan Deadline
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromMinutes(20);

    /// <summary>Gets the first pause between two reads; it doubles with each read.</summary>
    /// <value>Above 0; 0.2 seconds by default.</value>
    public TimeSpan ShortestPause
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromSeconds(0.2);

    /// <summary>Gets the longest pause between two reads.</summary>
    /// <value>At least <see cref="ShortestPause"/>; 5 seconds by default.</value>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the time between two lines of progress while nothing changes.</summary>
    /// <value>Above 0; 30 seconds by default.</value>
    public TimeSpan ReportInterval
    {
        get;
        init => field = SettingRange.AboveZero(value);
    } = TimeSpan.FromSeconds(30);

    /// <summary>Returns these settings after comparing the values that depend on each other.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="LongestPause"/> is below <see cref="ShortestPause"/>.</exception>
    internal ProvisioningSettings Validated()
    {
        SettingRange.AtLeast(LongestPause, ShortestPause, nameof(LongestPause));
        return this;
    }
}
