using Build.Docker;

namespace Build.Tests;

public class BuildProgressTests
{
    private const string Log = """
        #1 [internal] load build definition from Dockerfile
        #1 DONE 0.0s
        #4 [dependencies 1/2] FROM docker.io/library/debian-base:bookworm
        #4 CACHED
        #5 [dependencies 2/2] RUN --mount=type=cache,target=/var/cache/apt     apt-get update     && apt-get install python3
        #5 CACHED
        #6 [code 2/3] COPY src/training /opt/trainer
        #6 DONE 0.1s
        #7 [stage-2 1/2] RUN python -c "print('[1/2]')"
        #7 0.312 #9 [3/3] output that looks like a step
        #7 DONE 1.4s
        #8 exporting to image
        #8 DONE 0.2s
        """;

    [Fact]
    public void Steps_AreTheInstructions_WithWhatBecameOfEach()
    {
        var progress = new BuildProgress();
        foreach (var line in Log.Split('\n'))
            progress.Read(line.TrimEnd('\r'));

        Assert.Equal(
            [("dependencies 1/2", true, null), ("dependencies 2/2", true, null), ("code 2/3", false, 0.1), ("stage-2 1/2", false, 1.4)],
            progress.Steps.Select(step => (step.Place, step.IsCached, step.Seconds))
        );
    }

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
