using Workspaces.Computes;
using Workspaces.Http;
using Workspaces.Logs;

namespace Workspaces.Tests.Http;

public class SettingsRangeTests
{
    private static readonly TimeSpan Below = TimeSpan.FromTicks(-1);

    public static TheoryData<string, Func<object>> OutOfRange =>
        new()
        {
            {
                nameof(RetrySettings.MaxRetries),
                () =>
                    new RetrySettings { MaxRetries = -1 }
            },
            {
                nameof(RetrySettings.Delay),
                () =>
                    new RetrySettings { Delay = Below }
            },
            {
                nameof(RetrySettings.LongestDelay),
                () =>
                    new RetrySettings { LongestDelay = Below }
            },
            {
                nameof(RetrySettings.LongestRetryAfter),
                () =>
                    new RetrySettings { LongestRetryAfter = Below }
            },
            {
                nameof(RetrySettings.TryTimeout),
                () =>
                    new RetrySettings { TryTimeout = TimeSpan.Zero }
            },
            {
                nameof(ProvisioningSettings.Deadline),
                () =>
                    new ProvisioningSettings { Deadline = TimeSpan.Zero }
            },
            {
                nameof(ProvisioningSettings.ShortestPause),
                () =>
                    new ProvisioningSettings { ShortestPause = TimeSpan.Zero }
            },
            { nameof(ProvisioningSettings.LongestPause), () => new ProvisioningSettings { LongestPause = TimeSpan.Zero }.Validated() },
            {
                nameof(ProvisioningSettings.ReportInterval),
                () =>
                    new ProvisioningSettings { ReportInterval = TimeSpan.Zero }
            },
            {
                nameof(FollowSettings.ShortestInterval),
                () =>
                    new FollowSettings { ShortestInterval = TimeSpan.Zero }
            },
            { nameof(FollowSettings.LongestInterval), () => new FollowSettings { LongestInterval = TimeSpan.Zero }.Validated() },
            {
                nameof(FollowSettings.LongestIntervalOfLongJob),
                () => new FollowSettings { LongestIntervalOfLongJob = TimeSpan.Zero }.Validated()
            },
            {
                nameof(FollowSettings.LongJob),
                () =>
                    new FollowSettings { LongJob = Below }
            },
            {
                nameof(FollowSettings.Patience),
                () =>
                    new FollowSettings { Patience = Below }
            },
            {
                nameof(FollowSettings.LogAttempts),
                () =>
                    new FollowSettings { LogAttempts = 0 }
            },
        };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void Settings_NameTheSetting_WhenAValueIsOutOfRange(string setting, Func<object> create) =>
        Assert.StartsWith($"{setting} is ", Assert.Throws<ArgumentOutOfRangeException>(create).Message, StringComparison.Ordinal);
}
