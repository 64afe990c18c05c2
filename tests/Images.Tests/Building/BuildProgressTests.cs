using Images.Building;

namespace Images.Tests.Building;

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
    public void Steps_AreTheInstructions_WithCacheAndDuration()
    {
        var progress = new BuildProgress();
        foreach (var line in Log.Split('\n'))
            progress.Read(line.TrimEnd('\r'));

        Assert.Equal(
            [("dependencies 1/2", true, null), ("dependencies 2/2", true, null), ("code 2/3", false, 0.1), ("stage-2 1/2", false, 1.4)],
            progress.Steps.Select(step => (step.Place, step.IsCached, step.Seconds))
        );
    }
}
