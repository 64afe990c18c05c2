using Build.Log;

namespace Build.Tests.Log;

public sealed class FaultLinesTests
{
    [Theory]
    [InlineData(
        "a.csv(12): image 'x 7.png': box 1,2,-3.5,4 has no area; xmin must be less than xmax.",
        "a.csv(160001): image 'other': box 30,20,1,90 has no area; xmin must be less than xmax."
    )]
    [InlineData("a.csv(2): xmin is \"abc\"; it must be a number of pixels.", "a.csv(3): xmin is \"\"; it must be a number of pixels.")]
    public void KindOf_IsTheSame_WhenOnlyNumbersAndQuotesDiffer(string one, string other) =>
        Assert.Equal(FaultLines.KindOf(one), FaultLines.KindOf(other));

    [Fact]
    public void KindOf_Differs_WhenTheWordsDiffer() => Assert.NotEqual(FaultLines.KindOf("xmin is 1"), FaultLines.KindOf("ymin is 1"));
}
