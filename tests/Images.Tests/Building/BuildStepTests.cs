using Images.Building;

namespace Images.Tests.Building;

public class BuildStepTests
{
    [Fact]
    public void WithSizes_FindsTheLayerOfEachInstruction()
    {
        BuildStep[] steps =
        [
            new("1/3", "FROM debian", IsCached: true, null),
            new("2/3", "RUN --mount=type=cache,target=/x apt-get   update", IsCached: false, 2),
            new("3/3", "COPY --from=code /opt/trainer /opt/trainer", IsCached: false, 1),
        ];

        var sized = BuildStep.WithSizes(
            steps,
            [
                ("/bin/sh -c #(nop) ADD file:1", 100),
                ("RUN |1 BASE=x /bin/sh -c apt-get   update # buildkit", 200),
                ("COPY /opt/trainer /opt/trainer # buildkit", 300),
            ]
        );

        Assert.Equal([null, 200L, 300L], sized.Select(step => step.Bytes));
    }
}
