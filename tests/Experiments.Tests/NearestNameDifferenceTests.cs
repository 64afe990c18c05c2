using Experiments.Json;

namespace Experiments.Tests;

public class NearestNameDifferenceTests
{
    [Theory]
    [InlineData("STEPZ", "STEPS", "")]
    [InlineData("STEPS", "STEPS", "")]
    [InlineData("", "STEPS", "")]
    [InlineData("é.PNG", "é.png", "")] // the letters that differ are ASCII
    [InlineData("cafe\u0301", "caf\u00e9", @" That is caf\u00e9, not cafe\u0301.")]
    [InlineData("a\u200b", "a", @" That is a, not a\u200b.")]
    [InlineData("\u0421PU", "CPU", @" That is CPU, not \u0421PU.")]
    [InlineData("x\U0001f600", "x\U0001f601", @" That is x\ud83d\ude01, not x\ud83d\ude00.")]
    public void Difference_ShowsCodes_WhenOtherLettersThanAsciiDiffer(string given, string meant, string expected) =>
        Assert.Equal(expected, NearestName.Difference(given, meant));
}
