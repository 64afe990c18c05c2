using Build.LocalRuntime;
using Build.Testing;
using Fixtures.Checkouts;

namespace Build.Tests;

public sealed class TestSuiteTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("suite-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    // As xunit writes it: a test that failed, one with an error, one that was skipped.
    [InlineData(
        """<testsuites><testsuite tests="4"><testcase name="A"/><testcase name="B"><failure message="x">y</failure></testcase><testcase name="C"><error/></testcase><testcase name="D"><skipped message="z"/></testcase></testsuite></testsuites>""",
        "exit 1",
        1,
        2,
        1
    )]
    // As Node writes it: a suite in a suite, each with its counts.
    [InlineData(
        """<testsuites><testsuite tests="2" failures="1"><testsuite tests="3" failures="1"><testcase/><testcase><failure/></testcase><testcase><skipped/></testcase></testsuite><testcase/></testsuite></testsuites>""",
        "exit 1",
        2,
        1,
        1
    )]
    [InlineData("""<testsuites><testsuite tests="1"><testcase/></testsuite></testsuites>""", "exit 0", 1, 0, 0)]
    // It crashed after its tests, or before them.
    [InlineData("""<testsuites><testsuite tests="1"><testcase/></testsuite></testsuites>""", "exit 139", 1, 1, 0)]
    [InlineData(null, "exit 139", 0, 1, 0)]
    public async Task RunAsync_CountsTheTestsOfTheReport(string? report, string end, int passed, int failed, int skipped)
    {
        var path = Path.Combine(folder, "reports", "suite.xml");
        var write = report is null ? "" : $"cat > '{path}' <<'END'\n{report}\nEND\n";
        var suite = new TestSuite("suite", new ChildProcess("sh", ["-c", write + end], folder), path);

        var outcome = await suite.RunAsync(new SystemProcesses(), TestContext.Current.CancellationToken);

        Assert.Equal((passed, failed, skipped), (outcome.Passed, outcome.Failed, outcome.Skipped));
    }

    [Fact]
    public async Task RunAsync_EndsASuiteThatHangs_AndCountsAFailure()
    {
        var pid = Path.Combine(folder, "pid");
        var suite = new TestSuite(
            "suite",
            new ChildProcess("sh", ["-c", $"echo begun; sleep 600 & echo $! > '{pid}'; wait"], folder),
            Path.Combine(folder, "suite.xml")
        )
        {
            Longest = TimeSpan.FromSeconds(3),
        };

        var outcome = await suite.RunAsync(new SystemProcesses(), TestContext.Current.CancellationToken);

        Assert.Equal((0, 1, 0), (outcome.Passed, outcome.Failed, outcome.Skipped));
        Assert.Equal(["begun", "suite was ended, because it did not end within 0.05 min."], outcome.Output);
        var child = (await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken)).Trim();
        await TrainerProcesses.UntilAsync(() => !Directory.Exists($"/proc/{child}"), "the child of the suite ends");
    }
}
