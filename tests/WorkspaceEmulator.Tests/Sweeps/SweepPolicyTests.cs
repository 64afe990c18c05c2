using System.Globalization;
using System.Text.Json.Nodes;
using static WorkspaceEmulator.Tests.Sweeps.TestSweep;

namespace WorkspaceEmulator.Tests.Sweeps;

/// <summary>Sweeps whose sampling and policy follow what their running trials log.</summary>
public class SweepPolicyTests
{
    private const string Truncation = """{"policyType":"TruncationSelection","truncationPercentage":50}""";
    private const string EverySecond = """{"policyType":"Bandit","slackFactor":0.5,"evaluationInterval":2,"delayEvaluation":3}""";
    private const string EveryFourth = """{"policyType":"Bandit","slackFactor":0.5,"evaluationInterval":4}""";

    [Fact]
    public async Task RunSweep_ChoosesLaterValuesByWhatEarlierTrialsLogged_WhenSamplingIsBayesian()
    {
        var (low, lowBest) = await OptimizeAsync(0.1);
        var (high, highBest) = await OptimizeAsync(0.8);

        // One name has one seed: the first trials fill the space alike, and only metrics make the difference.
        Assert.Equal(low[..3], high[..3]);
        Assert.All(Enumerable.Range(3, 6), number => Assert.NotEqual(low[number], high[number]));
        Assert.True(low[3..].Average() < high[3..].Average(), $"{string.Join(' ', low)} and {string.Join(' ', high)}");
        Assert.True(Math.Abs(lowBest - 0.1) < 0.05, $"{lowBest}");
        Assert.True(Math.Abs(highBest - 0.8) < 0.05, $"{highBest}");
    }

    // In turn, because the policy compares whatever is logged: 1, then 2, which ends 1, then 3 and 4, which ends 2.
    [Fact]
    public async Task RunSweep_EndsTheLowestShareOfTheTrials_WhenThePolicyIsTruncationSelection()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(
            emulator,
            LogFunction
                + "a=${{search_space.a}}; while [ $a != 1 ] && [ ! -e $AZURE_ML_OUTPUT_gate/$((a - 1)) ]; do sleep 0.05; done; "
                + "log 1 $a; touch $AZURE_ML_OUTPUT_gate/$a; "
                + WaitForGo
                + "echo end",
            """{"a":["choice",[[1,2,3,4]]]}""",
            sweep => sweep["earlyTermination"] = JsonNode.Parse(Truncation),
            nodes: 4
        );

        await TestEmulator.EventuallyAsync(
            async () => await CountAsync(emulator, "Canceled") == 2,
            async () => $"{await CountAsync(emulator, "Canceled")} trials are ended"
        );
        Assert.Equal(2, await CountAsync(emulator, "Running"));
        Open(emulator);
        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(
            ["Canceled", "Canceled", "Completed", "Completed"],
            (await ChildrenAsync(emulator)).Select(child => (string?)child["status"])
        );
        Assert.Equal(["", "", "end\n", "end\n"], Enumerable.Range(0, 4).Select(number => emulator.Log($"sweep_{number}")));
        Assert.Equal(
            [
                "sweep_0 is ended early: its best value at interval 1 is 1, below 2, what the better 50 % have.",
                "sweep_1 is ended early: its best value at interval 1 is 2, below 3, what the better 50 % have.",
            ],
            await EndedEarlyAsync(emulator)
        );
        var properties = (await emulator.GetAsync(TestEmulator.Arm("/jobs/sweep")))["properties"]!;
        Assert.Equal(("Completed", "sweep_3"), ((string?)properties["status"], (string?)properties["properties"]!["best_child_run_id"]));
    }

    [Fact]
    public async Task RunSweep_EndsNoTrial_BetweenIntervalsOrBeforeTheDelay()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(
            emulator,
            LogFunction
                + "a=${{search_space.a}}; for step in 1 2 3; do log $step $a; done; [ $a = 9 ] || { "
                + WaitForGo
                + "true; }; log 4 $a; [ $a = 9 ] || sleep 600",
            """{"a":["choice",[[9,1]]]}""",
            sweep => OneAtATime(sweep, EverySecond)
        );

        // The delay ends after 3 values, and the second interval after 4.
        await WaitForValuesAsync(emulator, "sweep_1", 3);
        await emulator.SubmitAsync("other", "true", prepare: false);
        await emulator.WaitForEndAsync("other"); // The scheduler has seen the values before it has ended this job.
        Assert.Equal("Running", await emulator.StatusAsync("sweep_1"));
        Assert.Empty(await EndedEarlyAsync(emulator));
        Open(emulator);
        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(
            ["sweep_1 is ended early: its best value at interval 4 is 1, below 6, the least that the bandit policy permits."],
            await EndedEarlyAsync(emulator)
        );
        Assert.Equal(("Completed", "Canceled"), (await emulator.StatusAsync("sweep_0"), await emulator.StatusAsync("sweep_1")));
    }

    // The trainer sends several steps in one request, and the scheduler takes several requests as one.
    [Fact]
    public async Task RunSweep_EndsATrialAtTheIntervalThatIsDue_WhenItsValuesArriveTogether()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(
            emulator,
            LogBatchFunction + "a=${{search_space.a}}; log_batch $a 1 2 3 4 5 6; [ $a = 9 ] || sleep 600",
            """{"a":["choice",[[9,1]]]}""",
            sweep => OneAtATime(sweep, EveryFourth)
        );

        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(
            ["sweep_1 is ended early: its best value at interval 4 is 1, below 6, the least that the bandit policy permits."],
            await EndedEarlyAsync(emulator)
        );
        Assert.Equal(("Completed", "Canceled"), (await emulator.StatusAsync("sweep_0"), await emulator.StatusAsync("sweep_1")));
    }

    // Trials that log how near x is to the optimum; one at a time, so that each knows the metric of all before it.
    private static async Task<(double[] Values, double Best)> OptimizeAsync(double optimum)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await SubmitAsync(
            emulator,
            LogFunction
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $$$"""log 1 $(awk 'BEGIN { d = ${{search_space.x}} - {{{optimum}}}; print -d * d }')"""
                ),
            """{"x":["uniform",[0,1]]}""",
            sweep =>
            {
                sweep["samplingAlgorithm"] = JsonNode.Parse("""{"samplingAlgorithmType":"Bayesian"}""");
                sweep["limits"] = JsonNode.Parse("""{"jobLimitsType":"Sweep","maxTotalTrials":9,"maxConcurrentTrials":1}""");
            }
        );
        await emulator.WaitForEndAsync("sweep");

        var children = await ChildrenAsync(emulator);
        Assert.All(children, child => Assert.Equal("Completed", (string?)child["status"]));
        double[] values = [.. children.Select(child => (double)JsonNode.Parse((string)child["tags"]!["hyperparameters"]!)!["x"]!)];
        var best = (string)(await emulator.GetAsync(TestEmulator.Arm("/jobs/sweep")))["properties"]!["properties"]!["best_child_run_id"]!;
        return (values, values[int.Parse(best["sweep_".Length..], CultureInfo.InvariantCulture)]);
    }

    private static void OneAtATime(JsonObject sweep, string policy)
    {
        sweep["earlyTermination"] = JsonNode.Parse(policy);
        sweep["limits"] = JsonNode.Parse("""{"jobLimitsType":"Sweep","maxConcurrentTrials":1}""");
    }

    private static Task WaitForValuesAsync(TestEmulator emulator, string trial, int count)
    {
        return TestEmulator.EventuallyAsync(
            async () => await CountValuesAsync() == count,
            async () => $"{trial} has logged {await CountValuesAsync()} values"
        );

        async Task<int> CountValuesAsync()
        {
            if ((await ChildrenAsync(emulator)).TrueForAll(child => (string?)child["runId"] != trial))
                return 0;
            var history = await emulator.GetAsync(TestEmulator.Mlflow($"metrics/get-history?run_id={trial}&metric_key=score"));
            return history["metrics"]?.AsArray().Count ?? 0;
        }
    }

    private static async Task<IReadOnlyList<string>> EndedEarlyAsync(TestEmulator emulator)
    {
        var log = Path.Combine(emulator.JobFolder("sweep"), "azureml-logs", "hyperdrive.txt");
        var lines = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
        return [.. lines.Where(line => line.Contains(" is ended early: ", StringComparison.Ordinal))];
    }
}
