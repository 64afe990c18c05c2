using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Tests;

public class DurationsTests
{
    [Theory]
    [InlineData("PT2H", 2)]
    [InlineData("P50D", 1200)]
    [InlineData("P1Y", 8760)]
    [InlineData("PT0S", 0)]
    public void Read_ReturnsTheDuration(string text, double hours) =>
        Assert.Equal((TimeSpan.FromHours(hours), null), Durations.Read(text, "timeout"));

    [Theory]
    [InlineData("1h", "timeout is '1h'; it must be an ISO 8601 duration such as PT2H.")]
    [InlineData("P2W", "timeout is 'P2W'; it must be an ISO 8601 duration such as PT2H.")]
    [InlineData("-PT1H", "timeout is '-PT1H'; it must not be negative.")]
    [InlineData("P99999999Y", "timeout is 'P99999999Y'; it must be at most 10675199 days.")]
    public void Read_ReturnsTheFault(string text, string fault) => Assert.Equal((default, fault), Durations.Read(text, "timeout"));

    [Fact]
    public void After_ReturnsTheLastMoment_WhenTheDurationIsTooLong() =>
        Assert.Equal(DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch.After(TimeSpan.MaxValue));
}
