using Build.CommandLine;

namespace Build.Tests;

public class DurationArgumentTests
{
    [Theory]
    [InlineData("12h", 12)]
    [InlineData("30d", 720)]
    [InlineData("2w", 336)]
    public void Parse_ReadsHoursDaysAndWeeks(string text, int hours) =>
        Assert.Equal(TimeSpan.FromHours(hours), DurationArgument.Parse(text));

    [Theory]
    [InlineData("30")]
    [InlineData("d")]
    [InlineData("-1d")]
    [InlineData("")]
    public void Parse_NamesTheRule_WhenTheTextIsNoDuration(string text) =>
        Assert.Equal(
            "a number of hours, days or weeks, such as 12h, 30d or 2w",
            Assert.Throws<FormatException>(() => DurationArgument.Parse(text)).Message
        );
}
