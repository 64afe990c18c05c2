using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests.Faults;

public class JobFaultTests
{
    // Counts in a file that survives the attempt, like a checkpoint, and logs each step as a metric.
    private const string Trains =
        "at=$(cat ${{outputs.checkpoints}}/at 2>/dev/null || echo 0); echo from $at; "
        + "while [ $at -lt 5 ]; do at=$((at+1)); echo $at > ${{outputs.checkpoints}}/at; echo step $at; [ $at -eq 3 ] && touch stale "
        + "outputs/kept; "
        + "curl -sS --fail -o /dev/null --cacert $MLFLOW_TRACKING_SERVER_CERT_PATH -H \"Authorization: Bearer $MLFLOW_TRACKING_TOKEN\" "
        + "-d \"{\\\"run_id\\\":\\\"$MLFLOW_RUN_ID\\\",\\\"key\\\":\\\"loss\\\",\\\"value\\\":1,\\\"step\\\":$at}\" "
        + "${MLFLOW_TRACKING_URI/azureml:/https:}/api/2.0/mlflow/runs/log-metric; [ $at -eq 3 ] && sleep 600; done; ls";

    [Fact]
    public async Task RunAsync_StartsAgainOnAnotherNode_WhenAStepIsLogged()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await RequestFaultTests.PutAsync(emulator, """{"job":"*","count":1,"preempt":{"step":3}}""");

        await SubmitAsync(emulator, Trains);
        var details = await emulator.WaitForEndAsync("trains");

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("from 0\nstep 1\nstep 2\nstep 3\n", Log(emulator, "std_log_0.txt"));
        Assert.Equal("from 3\nstep 4\nstep 5\nlogs\noutputs\n", emulator.Log("trains")); // Nothing else of the lost node remains.
        Assert.True(File.Exists(Path.Combine(emulator.JobFolder("trains"), "wd/outputs/kept")));
        Assert.Equal(
            ["user_logs/std_log.txt", "user_logs/std_log_0.txt"],
            details["logFiles"]!.AsObject().Select(file => file.Key).Where(file => file.StartsWith("user_logs", StringComparison.Ordinal))
        );
        var steps = (await emulator.GetAsync(TestEmulator.Mlflow("metrics/get-history?run_id=trains&metric_key=loss")))[
            "metrics"
        ]!.AsArray();
        Assert.Equal([1, 2, 3, 4, 5], steps.Select(point => (int)point!["step"]!));
        Assert.Equal(
            ["Preparing", "Running", "Queued", "Preparing", "Running", "Finalizing", "Completed"],
            SystemLog(emulator)
                .Where(line => line.StartsWith("Status is ", StringComparison.Ordinal))
                .Select(line => line[10..^1])
                .SkipWhile(status => status != "Preparing")
        );
        Assert.Contains("The job's node was preempted; the job starts again on another one.", SystemLog(emulator));
    }

    [Fact]
    public async Task RunAsync_LosesItsNode_AsItsOwnRequestAsks_WhateverScriptIsActive()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await RequestFaultTests.PutAsync(emulator, """{"job":"another","count":1,"preempt":{"step":1}}""");

        await SubmitAsync(
            emulator,
            Trains.Replace("[ $at -eq 3 ] && sleep 600", "[ $at -ne 2 ] && [ $at -ne 3 ] || sleep 600", StringComparison.Ordinal),
            change: job => job["properties"] = new JsonObject { ["emulator.preemptAtSteps"] = "3,2" }
        );
        var details = await emulator.WaitForEndAsync("trains");

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("from 0\nstep 1\nstep 2\n", Log(emulator, "std_log_0.txt"));
        Assert.Equal("from 2\nstep 3\n", Log(emulator, "std_log_1.txt"));
        Assert.StartsWith("from 3\nstep 4\nstep 5\n", emulator.Log("trains"), StringComparison.Ordinal);
        Assert.Equal([0], await RequestFaultTests.StruckAsync(emulator));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("40,")]
    [InlineData("soon")]
    public async Task Put_RefusesAJob_WhoseStepsOfLossAreWrong(string steps)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var job = TestEmulator.Job("true");
        job["properties"]!["properties"] = new JsonObject { ["emulator.preemptAtSteps"] = steps };

        var refusal = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/trains"),
            job.ToJsonString()
        );

        Assert.Equal(
            $"properties.properties['emulator.preemptAtSteps'] is '{steps}'; it must be steps from 1 on, separated by commas, "
                + "such as 40,80.",
            (string?)refusal["error"]!["message"]
        );
    }

    [Theory]
    [InlineData(0, "begin\nbegin\nsecond\n")]
    [InlineData(5000, "begin\nsaved\nbegin\nsecond\n")]
    public async Task Preempt_WarnsTheJob_WhenTheRuleHasAGrace(int grace, string expected)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await RequestFaultTests.PutAsync(
            emulator,
            $$$"""{"job":"trains","count":1,"preempt":{"logBytes":6,"graceMilliseconds":{{{grace}}} } }"""
        );

        await SubmitAsync(
            emulator,
            "cd ${{outputs.checkpoints}}; echo begin >> diary; trap 'echo saved >> diary; exit 1' TERM; "
                + "if [ $(grep -c begin diary) = 1 ]; then echo begun; while true; do sleep 0.05; done; fi; echo second >> diary; "
                + "cp diary $OLDPWD/outputs"
        );
        await emulator.WaitForEndAsync("trains");

        var diary = Path.Combine(emulator.JobFolder("trains"), "wd/outputs/diary");
        Assert.Equal(expected, await File.ReadAllTextAsync(diary, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Preempt_CountsTheNode_UntilAnotherTakesTheJob()
    {
        // Slow enough to be observed.
        await using var emulator = await TestEmulator.StartAsync(options => options with { ProvisioningTime = TimeSpan.FromSeconds(1) });
        await RequestFaultTests.PutAsync(emulator, """{"job":"trains","count":1,"preempt":{"logBytes":6}}""");
        await SubmitAsync(emulator, "echo begun; sleep 600", nodes: 1);
        await TestEmulator.EventuallyAsync(
            async () =>
                (int)
                    (await emulator.GetAsync(TestEmulator.Arm("/computes/cpu")))["properties"]!["properties"]!["nodeStateCounts"]![
                        "preemptedNodeCount"
                    ]! == 1,
            () => Task.FromResult("no node is preempted")
        );

        var nodes = await NodesAsync(emulator);
        Assert.Equal("Queued", await emulator.StatusAsync("trains"));
        await emulator.WaitForAsync("trains", "Running");
        var running = Assert.Single(await NodesAsync(emulator), node => node.State == "running");

        Assert.Contains(nodes, node => node.State == "preempted" && node.Id != running.Id);
        Assert.Equal([1], await RequestFaultTests.StruckAsync(emulator));
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/trains/cancel"));
        await emulator.WaitForEndAsync("trains");
    }

    [Fact]
    public async Task Rotate_KeepsEveryLine_WhenTheJobIsPreempted()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await RequestFaultTests.PutAsync(
            emulator,
            """{"job":"*","count":2,"preempt":{"logBytes":1000}},{"job":"*","log":{"rotateAtBytes":300}}"""
        );

        await SubmitAsync(
            emulator,
            "echo x >> ${{outputs.checkpoints}}/at; n=$(wc -l < ${{outputs.checkpoints}}/at); seq -f \"$n: %g\" 200; [ $n -ge 3 ] || sleep "
                + "600"
        );
        var details = await emulator.WaitForEndAsync("trains");

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal(
            string.Concat(Enumerable.Range(1, 3).SelectMany(attempt => Enumerable.Range(1, 200).Select(line => $"{attempt}: {line}\n"))),
            WholeLog(emulator)
        );
        Assert.InRange(Log(emulator, "std_log_0.txt").Length, 300, 306);
    }

    [Fact]
    public async Task RunAsync_Preempts_WhenTheCommandEndedBeforeItsLogWasRead()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await RequestFaultTests.PutAsync(emulator, """{"job":"*","count":3,"preempt":{"logBytes":5}}""");

        await SubmitAsync(emulator, "echo x >> ${{outputs.checkpoints}}/at; echo attempt $(wc -l < ${{outputs.checkpoints}}/at)");
        await emulator.WaitForEndAsync("trains");

        Assert.Equal("attempt 1\nattempt 2\nattempt 3\nattempt 4\n", WholeLog(emulator));
    }

    [Fact]
    public async Task Write_RotatesTheLog_AtTheEndOfALine()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await RequestFaultTests.PutAsync(emulator, """{"job":"*","count":2,"log":{"rotateAtBytes":6}}""");

        await SubmitAsync(emulator, "printf 'ä'; printf 'bcdefgh\\nij\\nklmn\\nopqrst\\nuvwxyz\\n'");
        await emulator.WaitForEndAsync("trains");

        Assert.Equal(
            ["äbcdefgh\n", "ij\nklmn\n", "opqrst\nuvwxyz\n"],
            [Log(emulator, "std_log_0.txt"), Log(emulator, "std_log_1.txt"), emulator.Log("trains")]
        );
        Assert.Equal([2], await RequestFaultTests.StruckAsync(emulator));
    }

    [Fact]
    public async Task Deadline_CountsFromTheFirstStart_WhenTheJobIsPreempted()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await RequestFaultTests.PutAsync(emulator, """{"job":"*","preempt":{"logBytes":1}}"""); // Strikes every attempt.

        await SubmitAsync(emulator, "echo begun; sleep 600", change: job =>
            job["limits"] = JsonNode.Parse("""{"jobLimitsType":"Command","timeout":"PT1S"}""")
        );
        var details = await emulator.WaitForEndAsync("trains");

        Assert.Equal(
            "The job ran longer than its limit of PT1S (limits.timeout) and was ended.",
            (string?)details["error"]!["error"]!["message"]
        );
    }

    [Fact]
    public async Task Cancel_EndsTheJob_WhenItWasPreempted()
    {
        await using var emulator = await TestEmulator.StartAsync(options => options with { ProvisioningTime = TimeSpan.FromSeconds(1) });
        await RequestFaultTests.PutAsync(emulator, """{"job":"*","preempt":{"logBytes":1}}""");
        await SubmitAsync(emulator, "echo begun; sleep 600", nodes: 1);
        await TestEmulator.WaitForFileAsync(Path.Combine(emulator.JobFolder("trains"), "user_logs", "std_log_0.txt"));

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/trains/cancel"));

        Assert.Equal("Canceled", (string?)(await emulator.WaitForEndAsync("trains"))["status"]);
    }

    private static async Task SubmitAsync(TestEmulator emulator, string command, int nodes = 2, Action<JsonObject>? change = null)
    {
        await emulator.CreateComputeAsync(nodes: nodes);
        await emulator.CreateEnvironmentAsync();
        await emulator.SubmitAsync(
            "trains",
            command,
            job =>
            {
                job["outputs"] = JsonNode.Parse("""{"checkpoints":{"jobOutputType":"uri_folder"}}""");
                change?.Invoke(job);
            },
            prepare: false
        );
    }

    private static async Task<List<(string Id, string State)>> NodesAsync(TestEmulator emulator) =>
        [
            .. (await emulator.PostAsync(TestEmulator.Arm("/computes/cpu/listNodes"), ""))["nodes"]!
                .AsArray()
                .Select(node => ((string)node!["nodeId"]!, (string)node["nodeState"]!)),
        ];

    private static string Log(TestEmulator emulator, string name) =>
        File.ReadAllText(Path.Combine(emulator.JobFolder("trains"), "user_logs", name));

    // All logs, in the order in which they were written.
    private static string WholeLog(TestEmulator emulator) =>
        string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(emulator.JobFolder("trains"), "user_logs"), "std_log_*.txt")
                .OrderBy(file => int.Parse(Path.GetFileNameWithoutExtension(file)["std_log_".Length..]))
                .Append(Path.Combine(emulator.JobFolder("trains"), "user_logs", "std_log.txt"))
                .Select(File.ReadAllText)
        );

    private static IEnumerable<string> SystemLog(TestEmulator emulator) =>
        File.ReadLines(Path.Combine(emulator.JobFolder("trains"), "system_logs/lifecycler/lifecycler.log"))
            .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
}
