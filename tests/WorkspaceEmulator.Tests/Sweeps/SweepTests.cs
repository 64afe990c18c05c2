using System.Net;
using System.Text.Json.Nodes;
using static WorkspaceEmulator.Tests.Sweeps.TestSweep;

namespace WorkspaceEmulator.Tests.Sweeps;

public class SweepTests
{
    [Fact]
    public async Task RunSweep_RunsEachTrialWithItsValues_AndNamesTheBestOne()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(
            emulator,
            LogFunction
                + "log 1 ${{search_space.a}}; echo ${{search_space.a}} ${{search_space.b}} $AZUREML_SWEEP_a $AZUREML_ROOT_RUN_ID "
                + "$AZUREML_RUN_ID",
            """{"a":["choice",[[1,3,2]]],"b":["choice",[["x"]]]}"""
        );

        await emulator.WaitForEndAsync("sweep");

        var children = await ChildrenAsync(emulator);
        Assert.Equal(["sweep_0", "sweep_1", "sweep_2"], children.Select(child => (string?)child["runId"]));
        Assert.All(children, child => Assert.Equal("Completed", (string?)child["status"]));
        Assert.All(children, child => Assert.Equal("sweep", (string?)child["parentRunId"]));
        Assert.All(children, child => Assert.Equal("sweep", (string?)child["rootRunId"]));
        Assert.Equal("""{"a":3,"b":"x"}""", (string?)children[1]["tags"]!["hyperparameters"]);
        Assert.Equal("3 x 3 sweep sweep_1\n", emulator.Log("sweep_1"));
        var job = await emulator.GetAsync(TestEmulator.Arm("/jobs/sweep"));
        Assert.Equal("Completed", (string?)job["properties"]!["status"]);
        Assert.Equal("sweep_1", (string?)job["properties"]!["properties"]!["best_child_run_id"]);
        Assert.Equal("3", (string?)job["properties"]!["properties"]!["score"]);
        Assert.Equal("Grid", (string?)job["properties"]!["samplingAlgorithm"]!["samplingAlgorithmType"]);
        Assert.Equal("Completed", await emulator.StatusAsync("sweep_1"));
        var listed = (await emulator.GetAsync(TestEmulator.Arm("/jobs?jobType=Sweep")))["value"]!.AsArray();
        Assert.Equal("sweep", (string?)Assert.Single(listed)!["name"]);
        Assert.Single((await emulator.GetAsync(TestEmulator.Arm("/jobs")))["value"]!.AsArray());
        var log = await File.ReadAllTextAsync(
            Path.Combine(emulator.JobFolder("sweep"), "azureml-logs/hyperdrive.txt"),
            TestContext.Current.CancellationToken
        );
        Assert.Contains("sweep_1 is the best trial so far.", log, StringComparison.Ordinal);
        var lifecycle = await File.ReadAllLinesAsync(
            Path.Combine(emulator.JobFolder("sweep"), "system_logs/lifecycler/lifecycler.log"),
            TestContext.Current.CancellationToken
        );
        Assert.Single(lifecycle, line => line.EndsWith("Status is Running.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, 5, 2)]
    [InlineData(5, 3, 3)]
    public async Task RunSweep_RunsAsManyTrialsAtOnce_AsNodesAndLimitPermit(int concurrent, int nodes, int expected)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(
            emulator,
            WaitForGo + "true",
            """{"a":["choice",[[1,2,3,4,5,6]]]}""",
            sweep => sweep["limits"] = new JsonObject { ["jobLimitsType"] = "Sweep", ["maxConcurrentTrials"] = concurrent },
            nodes
        );

        await TestEmulator.EventuallyAsync(
            async () => await CountAsync(emulator, "Running") == expected,
            async () => $"{await CountAsync(emulator, "Running")} trials run"
        );
        Assert.Equal(expected, (await ChildrenAsync(emulator)).Count);
        Open(emulator);
        await emulator.WaitForEndAsync("sweep");
        Assert.Equal(6, await CountAsync(emulator, "Completed"));
    }

    [Fact]
    public async Task RunSweep_EndsWithItsLastTrial_WhenOneRunsAtATime()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(emulator, "[ ${{search_space.a}} = 1 ] || { " + WaitForGo + "true; }", """{"a":["choice",[[1,2]]]}""", sweep =>
            sweep["limits"] = JsonNode.Parse("""{"jobLimitsType":"Sweep","maxTotalTrials":2,"maxConcurrentTrials":1}""")
        );
        await WaitForTrialAsync(emulator, "sweep_1");

        Assert.Equal("Running", await emulator.StatusAsync("sweep"));
        Open(emulator);
        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(2, await CountAsync(emulator, "Completed"));
    }

    [Fact]
    public async Task RunSweep_EndsATrialEarly_WhenItFallsBehind()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(
            emulator,
            LogFunction + "log 1 ${{search_space.a}}; if [ ${{search_space.a}} = 1 ]; then sleep 600; fi; log 2 ${{search_space.a}}",
            """{"a":["choice",[[1,9]]]}""",
            sweep => sweep["earlyTermination"] = JsonNode.Parse("""{"policyType":"Bandit","slackFactor":0.5}""")
        );

        await emulator.WaitForEndAsync("sweep");

        Assert.Equal("Canceled", await emulator.StatusAsync("sweep_0"));
        Assert.Equal("Completed", await emulator.StatusAsync("sweep_1"));
        Assert.Equal("Completed", await emulator.StatusAsync("sweep"));
        var log = await emulator.GetAsync(TestEmulator.History("/runs/sweep/details"));
        Assert.NotNull(log["logFiles"]!["azureml-logs/hyperdrive.txt"]);
    }

    [Fact]
    public async Task RunSweep_NamesAFiniteBest_WhenOtherTrialsLogNoNumber()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(
            emulator,
            LogFunction + "log 1 ${{search_space.a}}",
            """{"a":["choice",[["\\\"NaN\\\"","\\\"Infinity\\\"","0.5","\\\"-Infinity\\\""]]]}"""
        );

        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(4, await CountAsync(emulator, "Completed"));
        var properties = (await emulator.GetAsync(TestEmulator.Arm("/jobs/sweep")))["properties"]!["properties"]!;
        Assert.Equal(("sweep_2", "0.5"), ((string?)properties["best_child_run_id"], (string?)properties["score"]));
    }

    [Fact]
    public async Task RunSweep_Completes_WhenATrialFails()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(emulator, LogFunction + "[ ${{search_space.a}} = 2 ] && log 1 2", """{"a":["choice",[[1,2]]]}""");

        await emulator.WaitForEndAsync("sweep");

        Assert.Equal("Failed", await emulator.StatusAsync("sweep_0"));
        Assert.Equal("Completed", await emulator.StatusAsync("sweep"));
    }

    [Fact]
    public async Task RunSweep_Fails_WhenEveryTrialFails()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(emulator, "exit 3", """{"a":["choice",[[1,2]]]}""");

        var details = await emulator.WaitForEndAsync("sweep");

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Equal(
            "None of the 2 trials completed with a value of 'score'. sweep_0: The command exited with code 3. "
                + "The log user_logs/std_log.txt says more.",
            (string?)details["error"]!["error"]!["message"]
        );
    }

    [Fact]
    public async Task Cancel_EndsTheSweepAndItsTrials()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(emulator, WaitForGo + "true", """{"a":["choice",[[1,2,3]]]}""", nodes: 1);
        await WaitForTrialAsync(emulator, "sweep_0");

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/sweep/cancel"));
        await emulator.WaitForAsync("sweep", "Canceled");

        Assert.Equal("Canceled", await emulator.StatusAsync("sweep_0"));
        Assert.Single(await ChildrenAsync(emulator));
    }

    [Fact]
    public async Task RunSweep_FailsAndEndsItsTrials_WhenItsTimeIsUp()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(emulator, "sleep 600", """{"a":["choice",[[1,2]]]}""", sweep =>
            sweep["limits"] = new JsonObject { ["jobLimitsType"] = "Sweep", ["timeout"] = "PT1S" }
        );

        var details = await emulator.WaitForEndAsync("sweep");

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Contains("its limit of PT1S (limits.timeout)", (string?)details["error"]!["error"]!["message"], StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(emulator, "Running", "Queued", "NotStarted"));
    }

    [Fact]
    public async Task RunSweep_EndsATrial_WhenTheTrialsTimeIsUp()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(emulator, "[ ${{search_space.a}} = 2 ] || sleep 600", """{"a":["choice",[[1,2]]]}""", sweep =>
            sweep["limits"] = new JsonObject { ["jobLimitsType"] = "Sweep", ["trialTimeout"] = "PT1S" }
        );

        await emulator.WaitForEndAsync("sweep");

        Assert.Equal("Failed", await emulator.StatusAsync("sweep_0"));
        Assert.Equal("Completed", await emulator.StatusAsync("sweep_1"));
    }

    [Fact]
    public async Task Delete_RemovesTheTrials_OnceTheSweepHasEnded()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(emulator, WaitForGo + "true", """{"a":["choice",[[1,2]]]}""");
        await WaitForTrialAsync(emulator, "sweep_0");
        await emulator.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Delete, TestEmulator.Arm("/jobs/sweep"));
        Open(emulator);
        await emulator.WaitForEndAsync("sweep");

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Delete, TestEmulator.Arm("/jobs/sweep"));

        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.Arm("/jobs/sweep_0"));
        Assert.False(Directory.Exists(emulator.JobFolder("sweep_1")));
    }

    [Fact]
    public async Task RunSweep_EndsAloneWithTheReason_WhenATrialCannotBeCreated()
    {
        await using var emulator = await TestEmulator.StartAsync();
        const int LongestCommand = (128 * 1024) - 1;
        // With a value of one digit the command is short enough; the values have more.
        var command = "# ${{search_space.a}}".PadRight(LongestCommand + "${{search_space.a}}".Length - 1, 'x');
        await SubmitAsync(emulator, command, """{"a":["uniform",[0.1,0.9]]}""", sweep =>
        {
            sweep["samplingAlgorithm"] = JsonNode.Parse("""{"samplingAlgorithmType":"Random"}""");
            sweep["limits"] = JsonNode.Parse("""{"jobLimitsType":"Sweep","maxTotalTrials":2}""");
        });

        await emulator.SubmitAsync("other", "true", prepare: false);

        Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("other"))["status"]);
        var details = await emulator.WaitForEndAsync("sweep");
        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Contains("it must have at most 131071", details["error"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
