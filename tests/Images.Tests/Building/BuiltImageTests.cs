using Images.Building;
using Workspaces.Connection;

namespace Images.Tests.Building;

public class BuiltImageTests
{
    [Theory]
    [InlineData("FROM debian", true, "RUN apt-get install", false, true)]
    [InlineData("FROM debian", false, "RUN apt-get install", true, false)]
    [InlineData("COPY a", false, "RUN b", false, true)]
    public void HasWholeCache_IsTrue_WhenNoLayerAboveTheBaseCameFromACache(
        string first,
        bool firstCached,
        string second,
        bool secondCached,
        bool expected
    ) =>
        Assert.Equal(
            expected,
            new BuiltImage(
                "r:1",
                StageChange.Created,
                null,
                "id",
                null,
                [],
                [new("1/2", first, firstCached, null), new("2/2", second, secondCached, null)]
            ).HasWholeCache
        );
}
