using Build.LocalRuntime;
using Build.Testing;

namespace Build.Tests;

public sealed class TrafficCheckTests : IDisposable
{
    private const string Exchange =
        """{"method":"GET","url":"https://localhost:1/subscriptions/s/x?api-version=2022-10-01&b=c","status":200}""";
    private readonly string folder = Directory.CreateTempSubdirectory("traffic-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Find_GivesNone_WhenTheEnvironmentNamesNoChecker() => Assert.Null(TrafficCheck.Find(folder, _ => null));

    [Fact]
    public async Task Run_ChecksNothing_WhenNothingWasRecorded() =>
        Assert.Null(await Find("process.exit(1)").RunAsync(new SystemProcesses(), TestContext.Current.CancellationToken));

    [Fact]
    public async Task Run_GivesTheCheckerEveryWholeLine_InTheVersionOfTheFiles()
    {
        var check = Find(
            """const text = require("fs").readFileSync(process.argv[2], "utf8"); process.stdout.write(text); console.log("2 exchanges, 1 operations, 0 failed (0 skipped)")"""
        );
        Record("Some.EndToEnd.Tests/one.jsonl", $"{Exchange}\n");
        Record("conformance/two.jsonl", $"{Exchange}\n{Exchange[..20]}");

        var outcome = await check.RunAsync(new SystemProcesses(), TestContext.Current.CancellationToken);

        var line = Exchange.Replace("2022-10-01", "2024-10-01", StringComparison.Ordinal);
        Assert.Equal([line, line, "2 exchanges, 1 operations, 0 failed (0 skipped)"], outcome!.Output);
        Assert.Equal((1, 0), (outcome.Passed, outcome.Failed));
    }

    [Fact]
    public async Task Prepare_StartsTheCheckerWithoutExchanges_AndAcceptsThatItFindsNone()
    {
        var check = Find("""require("fs").copyFileSync(process.argv[2], "seen"); process.exit(1)""");

        await check.PrepareAsync(new SystemProcesses(), TestContext.Current.CancellationToken);

        Assert.Equal("", await File.ReadAllTextAsync(Path.Combine(folder, "seen"), TestContext.Current.CancellationToken));
        Assert.Null(await check.RunAsync(new SystemProcesses(), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""console.log("9 exchanges, 4 operations, 3 failed (1 skipped)"); process.exit(1)""", 3)]
    [InlineData("""console.log("9 exchanges, 4 operations, 0 failed (1 skipped)"); process.exit(1)""", 1)]
    [InlineData("""console.log("no summary")""", 1)]
    public async Task Run_Fails_WhenTheCheckerFailsOrPrintsNothing(string script, int failed)
    {
        var check = Find(script);
        Record("conformance/one.jsonl", $"{Exchange}\n");

        var outcome = await check.RunAsync(new SystemProcesses(), TestContext.Current.CancellationToken);

        Assert.Equal((0, failed), (outcome!.Passed, outcome.Failed));
    }

    [Fact]
    public void Watch_GivesTheSuiteItsOwnFolder_AndFindDropsEarlierRecords()
    {
        Record("conformance/old.jsonl", $"{Exchange}\n");

        var suite = Find("").Watch(TestSuite.Node(folder, "conformance"));

        Assert.Equal(Path.Combine(folder, "traffic", "conformance"), suite.Process.Variables!["TRAFFIC_FOLDER"]);
        Assert.False(Directory.Exists(Path.Combine(folder, "traffic")));
    }

    private TrafficCheck Find(string script)
    {
        var checker = Path.Combine(folder, "checker.cjs");
        File.WriteAllText(checker, script);
        return TrafficCheck.Find(folder, name => name == "TRAFFIC_CHECKER" ? checker : null)!;
    }

    private void Record(string file, string text)
    {
        var path = Path.Combine(folder, "traffic", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
