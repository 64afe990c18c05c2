using Images.Building;
using Workspaces.Connection;

namespace Images.Tests.Building;

public class BuildReportTests
{
    private static readonly BuiltImage Built = new(
        "localhost:1/r:sha-1",
        StageChange.Created,
        null,
        "sha256:1",
        "localhost:1/r:main",
        ["changed  src/a.py", "added    src/b.py"],
        [
            new("dependencies 1/2", "FROM docker.io/library/debian:bookworm", IsCached: true, null),
            new("dependencies 2/2", "RUN " + new string('x', 100), IsCached: false, 61.3, 1_234_567_890),
            new("stage-1 1/1", "COPY --from=code /opt /opt", IsCached: false, 0.04, 1200),
            new("stage-1 2/2", "USER trainer", IsCached: false, null),
        ]
    );

    [Fact]
    public void Write_ListsChangesAndSteps() => Matches("build.txt", Built);

    [Fact]
    public void Write_SaysThatNothingChanged_WhenTheInputsAreTheSame() =>
        Matches("build-unchanged.txt", Built with { Changes = [], Steps = [] });

    [Fact]
    public void Write_SaysThatThereIsNoEarlierImage() => Matches("build-first.txt", Built with { Since = null, Changes = [], Steps = [] });

    private static void Matches(string file, BuiltImage built)
    {
        var lines = new List<string>();
        BuildReport.Write(built, TimeSpan.FromSeconds(62.3), lines.Add);
        ExpectedText.Matches(file, lines);
    }
}
