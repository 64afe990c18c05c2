using Build.Docker;
using Cake.Core;

namespace Build.Tests;

public class AgeTests
{
    [Theory]
    [InlineData("12h", 12)]
    [InlineData("30d", 720)]
    [InlineData("2w", 336)]
    public void Parse_IsHoursDaysOrWeeks(string text, int hours) => Assert.Equal(TimeSpan.FromHours(hours), Age.Parse("older-than", text));

    [Theory]
    [InlineData("30")]
    [InlineData("d")]
    [InlineData("-1d")]
    [InlineData("")]
    public void Parse_Fails_WhenTheTextIsNoAge(string text) =>
        Assert.Equal(
            $"--older-than is \"{text}\"; it must be a number of hours, days or weeks, such as 12h, 30d or 2w.",
            Assert.Throws<CakeException>(() => Age.Parse("older-than", text)).Message
        );
}
