using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests.Sweeps;

public class SweepTests
{
    private const string WaitForGo = "while [ ! -e $AZURE_ML_OUTPUT_gate/go ]; do sleep 0.05; done; ";

    // Logs the value of $2 as metric score at step $1.
    private const string LogFunction =
        """log() { curl -sS --fail --cacert $MLFLOW_TRACKING_SERVER_CERT_PATH -H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN" """
        + """-H "Content-Type: application/json" -d "{\"run_id\":\"$MLFLOW_RUN_ID\",\"key\":\"score\",\"value\":$2,\"step\":$1}" """
        + "${MLFLOW_TRACKING_URI/azureml:/https:}/api/2.0/mlflow/runs/log-metric >/dev/null; }; ";

    private static JsonObject Sweep(string command, string space, Action<JsonObject>? change = null)
    {
        var properties = new JsonObject
        {
            ["jobType"] = "Sweep",
            ["experimentName"] = "potholes",
            ["computeId"] = $"/{TestEmulator.Workspace}/computes/cpu",
            ["trial"] = new JsonObject
            {
                ["command"] = command,
                ["environmentId"] = $"/{TestEmulator.Workspace}/environments/detection/versions/1",
            },
            ["searchSpace"] = JsonNode.Parse(space),
            ["samplingAlgorithm"] = new JsonObject { ["samplingAlgorithmType"] = "Grid" },
            ["objective"] = new JsonObject { ["goal"] = "Maximize", ["primaryMetric"] = "score" },
            ["outputs"] = new JsonObject
            {
                ["gate"] = new JsonObject
                {
                    ["jobOutputType"] = "uri_folder",
                    ["uri"] = "azureml://datastores/workspaceblobstore/paths/gate/",
                },
            },
        };
        change?.Invoke(properties);
        return new JsonObject { ["properties"] = properties };
    }

    private static async Task<JsonNode> SubmitAsync(
        TestEmulator emulator,
        string command,
        string space,
        Action<JsonObject>? change = null,
        int nodes = 2
    )
    {
        await emulator.CreateComputeAsync(nodes: nodes);
        await emulator.CreateEnvironmentAsync();
        return await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/sweep"),
            Sweep(command, space, change).ToJsonString()
        );
    }

    private static string Gate(TestEmulator emulator) =>
        Path.Combine(
            Directory.GetDirectories(Path.Combine(emulator.Folder, "storage"), "workspaceblobstore", SearchOption.AllDirectories).Single(),
            "gate"
        );

    // A trial exists only once the sweep has created it.
    private static Task WaitForTrialAsync(TestEmulator emulator, string name) =>
        TestEmulator.EventuallyAsync(
            async () => (string?)(await ChildrenAsync(emulator)).Find(child => (string?)child["runId"] == name)?["status"] == "Running",
            () => Task.FromResult($"trial {name} does not run")
        );

    private static void Open(TestEmulator emulator) => File.WriteAllText(Path.Combine(Gate(emulator), "go"), "");

    private static async Task<List<JsonNode>> ChildrenAsync(TestEmulator emulator) =>
        [.. (await emulator.GetAsync(TestEmulator.History("/runs/sweep/children")))["value"]!.AsArray().Select(child => child!)];

    private static async Task<int> CountAsync(TestEmulator emulator, params string[] statuses) =>
        (await ChildrenAsync(emulator)).Count(child => statuses.Contains((string)child["status"]!, StringComparer.Ordinal));

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
    public async Task RunSweep_ContinuesAfterARestart_WithTheTrialsThatItHad()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            var marker = Path.Combine(folder, "started");
            await using (var first = await TestEmulator.StartAsync(folder: folder))
            {
                await SubmitAsync(
                    first,
                    $"echo ${{{{search_space.a}}}} >> {marker}; [ ${{{{search_space.a}}}} = 1 ] || {{ {WaitForGo} true; }}; echo end",
                    """{"a":["choice",[[1,2,3]]]}""",
                    nodes: 1
                );
                await WaitForTrialAsync(first, "sweep_1");
                await TestEmulator.EventuallyAsync(
                    () => Task.FromResult(File.ReadAllLines(marker).Length == 2),
                    () => Task.FromResult("the second trial does not run")
                );
                await first.StopAsync();
                var end = JsonNode.Parse(
                    await File.ReadAllTextAsync(Path.Combine(folder, "last-end.json"), TestContext.Current.CancellationToken)
                )!;
                Assert.Empty(end["endedJobs"]!.AsArray());
                Assert.Contains("sweep", end["waitingJobs"]!.AsArray().Select(job => (string?)job!["name"]));
            }

            await using var second = await TestEmulator.StartAsync(folder: folder);
            Assert.Equal("Completed", await second.StatusAsync("sweep_0"));
            Open(second);
            await second.WaitForEndAsync("sweep");

            Assert.Equal(3, await CountAsync(second, "Completed"));
            Assert.Equal(["1", "2", "2", "3"], await File.ReadAllLinesAsync(marker, TestContext.Current.CancellationToken));
            Assert.Equal("end\n", second.Log("sweep_1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task RunSweep_StartsNoTrialTwice_WhenTheEmulatorCrashed()
    {
        var (folder, crashed) = (TestEmulator.NewFolder(), TestEmulator.NewFolder());
        try
        {
            const string Start = "echo ${{search_space.a}} >> $AZURE_ML_OUTPUT_gate/started; ";
            await using (var first = await TestEmulator.StartAsync(folder: folder))
            {
                await SubmitAsync(
                    first,
                    LogFunction + Start + "log 1 ${{search_space.a}}; [ ${{search_space.a}} = 1 ] || { " + WaitForGo + "true; }",
                    """{"a":["choice",[[1,2,3,4]]]}"""
                );
                await WaitForTrialAsync(first, "sweep_1");
                await WaitForTrialAsync(first, "sweep_2");
                await TestEmulator.EventuallyAsync(
                    () => Task.FromResult(File.ReadAllLines(Path.Combine(Gate(first), "started")).Length == 3),
                    () => Task.FromResult("two trials do not run beside the one that ended")
                );
                CopyFolder(folder, crashed); // what a crash leaves
            }

            Directory.Delete(folder, recursive: true);
            Directory.Move(crashed, folder);
            await using var second = await TestEmulator.StartAsync(folder: folder);
            Assert.Equal("Completed", await second.StatusAsync("sweep_0"));
            Open(second);
            await second.WaitForEndAsync("sweep");

            Assert.Equal(4, await CountAsync(second, "Completed"));
            Assert.Equal(4, (await ChildrenAsync(second)).Count);
            var started = await File.ReadAllLinesAsync(Path.Combine(Gate(second), "started"), TestContext.Current.CancellationToken);
            Assert.Equal(["1", "2", "2", "3", "3", "4"], started.Order());
            var job = await second.GetAsync(TestEmulator.Arm("/jobs/sweep"));
            Assert.Equal("sweep_3", (string?)job["properties"]!["properties"]!["best_child_run_id"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            if (Directory.Exists(crashed))
                Directory.Delete(crashed, recursive: true);
        }
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target, overwrite: true);
            }
            catch (IOException)
            {
                // The lock of the emulator that runs, which a crash leaves unlocked.
            }
        }
    }

    [Fact]
    public async Task RunSweep_RepeatsATrial_WhenItsFileIsDamaged()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            await using (var first = await TestEmulator.StartAsync(folder: folder))
            {
                await SubmitAsync(
                    first,
                    "[ ${{search_space.a}} = 1 ] || { " + WaitForGo + "true; }",
                    """{"a":["choice",[[1,2]]]}""",
                    nodes: 1
                );
                await WaitForTrialAsync(first, "sweep_1");
            }

            await File.WriteAllTextAsync(
                Path.Combine(folder, "jobs/sweep_0/run.json"),
                "{\"trial\": 3",
                TestContext.Current.CancellationToken
            );
            await using var second = await TestEmulator.StartAsync(folder: folder);
            Open(second);
            await second.WaitForEndAsync("sweep");

            Assert.Equal(["sweep_0", "sweep_1"], (await ChildrenAsync(second)).Select(child => (string)child["runId"]!).Order());
            Assert.Equal(2, await CountAsync(second, "Completed"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task RunSweep_ResumesATrial_WhenItsNodeIsPreempted()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            "emulator/faults",
            """{"rules":[{"job":"sweep_0","count":1,"preempt":{"step":1}}]}"""
        );
        await SubmitAsync(
            emulator,
            LogFunction + "echo begin >> $AZURE_ML_OUTPUT_gate/${AZUREML_RUN_ID}; log 1 5; sleep 1; log 2 6",
            """{"a":["choice",[[1,2]]]}"""
        );

        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(2, await CountAsync(emulator, "Completed"));
        Assert.Equal(
            2,
            (await File.ReadAllLinesAsync(Path.Combine(Gate(emulator), "sweep_0"), TestContext.Current.CancellationToken)).Length
        );
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
    public async Task Put_StoresTheGoalAsAzureWritesIt_WhenMlClientSendsLowerCase()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var created = await SubmitAsync(emulator, "echo ${{search_space.a}}", """{"a":["choice",[[1,2]]]}""", properties =>
            properties["objective"]!["goal"] = "minimize"
        );

        Assert.Equal("Minimize", (string?)created["properties"]!["objective"]!["goal"]);
    }

    [Fact]
    public async Task Put_ChangesNothing_WhenASweepIsSentAgain()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var body = Sweep("true", """{"a":["choice",[[1,2]]]}""").ToJsonString();
        await SubmitAsync(emulator, "true", """{"a":["choice",[[1,2]]]}""");
        await emulator.WaitForEndAsync("sweep");

        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, TestEmulator.Arm("/jobs/sweep"), body);

        Assert.Equal(2, (await ChildrenAsync(emulator)).Count);
        var other = Sweep("true", """{"a":["choice",[[1,2,3]]]}""").ToJsonString();
        var refused = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, TestEmulator.Arm("/jobs/sweep"), other);
        Assert.Equal(
            "properties.searchSpace of job 'sweep' cannot be changed; submit a job of another name.",
            (string?)refused["error"]!["message"]
        );
    }

    [Theory]
    [InlineData("searchSpace", "{}", "properties.searchSpace is missing; it must hold each parameter with its distribution.")]
    [InlineData("searchSpace", """{"a":["uniform",[0,1]]}""", "properties.searchSpace.a is 'uniform'; Grid sampling takes choice only.")]
    [InlineData(
        "searchSpace",
        """{"a.b":["choice",[[1]]]}""",
        "properties.searchSpace has 'a.b'; a name must match ^[A-Za-z_][A-Za-z0-9_]*$."
    )]
    [InlineData(
        "searchSpace",
        """{"b":["choice",[[1]]]}""",
        "properties.trial.command refers to ${{search_space.a}}, which the job does not define."
    )]
    [InlineData(
        "samplingAlgorithm",
        """{"samplingAlgorithmType":"Random"}""",
        "properties.limits.maxTotalTrials is missing; Random sampling has no end without it."
    )]
    [InlineData(
        "samplingAlgorithm",
        """{"samplingAlgorithmType":"Guess"}""",
        "properties.samplingAlgorithm.samplingAlgorithmType is 'Guess'; it must be Random, Grid or Bayesian."
    )]
    [InlineData(
        "objective",
        """{"goal":"Maximize"}""",
        "properties.objective.primaryMetric is missing; it must name the metric by which trials are compared."
    )]
    [InlineData("objective", """{"primaryMetric":"m"}""", "properties.objective.goal is ''; it must be Maximize or Minimize.")]
    [InlineData("limits", """{"maxTotalTrials":0}""", "properties.limits.maxTotalTrials is 0; it must be from 1 to 1000.")]
    [InlineData(
        "limits",
        """{"maxTotalTrials":2,"maxConcurrentTrials":3}""",
        "properties.limits.maxConcurrentTrials is 3; it must be at most maxTotalTrials, which is 2."
    )]
    [InlineData(
        "limits",
        """{"trialTimeout":"soon"}""",
        "properties.limits.trialTimeout is 'soon'; it must be an ISO 8601 duration such as PT2H."
    )]
    [InlineData("trial", """{"command":"true"}""", "properties.trial.environmentId is missing; a command job must have it.")]
    [InlineData("computeId", "\"other\"", "properties.computeId is 'other'; workspace 'work' has no compute 'other'.")]
    public async Task Put_IsRefused_WhenASweepIsWrong(string member, string json, string message)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var sweep = Sweep("echo ${{search_space.a}}", """{"a":["choice",[[1,2]]]}""", properties =>
            properties[member] = JsonNode.Parse(json)
        );

        var refused = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/sweep"),
            sweep.ToJsonString()
        );

        Assert.Equal(message, (string?)refused["error"]!["message"]);
    }
}
