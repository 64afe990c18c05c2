using System.Diagnostics;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>A sweep of twelve trials on three nodes, whose trials really train; few steps, for what is tested is the way.</summary>
public sealed class SweepTests(DemoData data)
{
    private static readonly (string, string)[] Sweep =
    [
        ("NODES", "3"),
        ("RUN_PARAMS.STEPS", "24"),
        ("RUN_PARAMS.WARMUP_STEPS", "1"),
        ("RUN_PARAMS.BATCH_SIZE", "2"),
        ("RUN_PARAMS.EVAL_EVERY", "12"),
        ("MODEL_PARAMS.IMAGE_SIZE", "64"),
        ("HYPERTUNE", "true"),
        ("HYPERTUNE_PARAMS.MAX_TRIALS", "12"),
        ("HYPERTUNE_PARAMS.SAMPLING", "\"grid\""),
        ("HYPERTUNE_PARAMS.METRIC", "\"train_loss\""),
        ("HYPERTUNE_PARAMS.GOAL", "\"Minimize\""),
        ("HYPERTUNE_PARAMS.EARLY_TERMINATION", "\"bandit\""),
        ("HYPERTUNE_PARAMS.DELAY_EVALUATION", "8"),
        ("HYPERTUNE_PARAMS.SLACK_FACTOR", "2"), // wide, so that the noise of single steps ends no good trial
        // With the last two values a model hardly trains, and their trials come when others have shown what is possible.
        (
            "HYPERTUNE_PARAMS.SEARCH_SPACE",
            """{"RUN_PARAMS.LEARNING_RATE":["choice",[[0.05,0.0000002,0.0000001]]],"RUN_PARAMS.SEED":["choice",[[1,2,3,4]]]}"""
        ),
    ];

    private static readonly string Model = Path.Combine("wd", "outputs", "final_model", "model.pth");

    // The first trial loses its node as soon as the emulator sees a step of it. The trainer has time for a checkpoint.
    private const string Eviction = """{"rules":[{"job":"*_0","count":1,"preempt":{"step":1,"graceMilliseconds":30000}}]}""";

    // One test, because the sweep trains for some minutes.
    [Fact]
    public async Task Train_RunsTheSweep_ResumesTheEvictedTrial_EndsTrialsEarly_AndFetchesTheModelOfTheBest()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(Sweep);
        var faults = Path.Combine(checkout.Root, "eviction.json");
        await File.WriteAllTextAsync(faults, Eviction, TestContext.Current.CancellationToken);

        var run = await checkout.SucceedAsync("--target=Train", $"--faults={faults}");

        var outcome = checkout.ReadOutcome();
        var trials = outcome["trials"]!.AsArray();
        Assert.Equal("Completed", (string?)outcome["status"]);
        Assert.Equal(12, trials.Count);
        Assert.All(trials, trial => Assert.True((string?)trial!["status"] is "Completed" or "Canceled"));
        Assert.Contains(trials, trial => (bool)trial!["isEndedEarly"]!);
        var best = trials.Where(trial => (string?)trial!["status"] == "Completed").MinBy(trial => (double)trial!["metric"]!)!;
        Assert.Equal((string?)best["name"], (string?)outcome["bestTrial"]);
        Assert.Equal((double)best["metric"]!, (double)outcome["metrics"]!["train_loss"]!);
        Assert.Contains(", the best so far", run.Output, StringComparison.Ordinal);
        Assert.Contains("ended early", run.Output, StringComparison.Ordinal);

        var again = await checkout.SucceedAsync("--target=Train");
        Assert.Contains("completed before, with nothing changed since", again.Output, StringComparison.Ordinal);
        Assert.Equal((string?)outcome["job"], (string?)checkout.ReadOutcome()["job"]);
        Assert.Equal(13, Directory.GetDirectories(Path.Combine(checkout.Root, ".local", "emulator", "jobs")).Length);

        var evicted = trials.Single(trial => ((string)trial!["name"]!).EndsWith("_0", StringComparison.Ordinal))!;
        Assert.True((string?)evicted["status"] == "Completed", trials.ToJsonString());
        AssertResumed(JobFolder(checkout, evicted));
        // The best trial may be the evicted one.
        foreach (var trial in new[] { best, evicted }.DistinctBy(trial => (string?)trial["name"]))
        {
            await checkout.SucceedAsync(
                "--target=Train",
                "--set=HYPERTUNE=false",
                $"--set=RUN_PARAMS.LEARNING_RATE={trial["values"]!["RUN_PARAMS.LEARNING_RATE"]}",
                $"--set=RUN_PARAMS.SEED={trial["values"]!["RUN_PARAMS.SEED"]}"
            );
            var plain = checkout.ReadOutcome();
            var (tried, trained) = (
                JobFolder(checkout, trial),
                Path.Combine(checkout.Root, ".local", "emulator", "jobs", (string)plain["job"]!)
            );
            await AssertSameWeightsAsync(checkout, Path.Combine(tried, Model), Path.Combine(trained, Model));
            Assert.Equal((double)trial["metric"]!, (double)plain["metrics"]!["train_loss"]!);
            Assert.Equal(MetricsOf(trained), MetricsOf(tried));
        }

        await AssertSameWeightsAsync(
            checkout,
            Path.Combine(checkout.Root, (string)outcome["artifacts"]!, "outputs", "final_model", "model.pth"),
            Path.Combine(JobFolder(checkout, best), Model)
        );
        await AssertReportedAsync(checkout, (string)outcome["job"]!);
    }

    [Fact]
    public async Task Train_KeepsEndedTrialsAndResumesTheOther_WhenTheEmulatorWasKilledInMidSweep()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment([
            .. Sweep,
            ("NODES", "1"),
            ("RUN_PARAMS.CHECKPOINT_EVERY", "4"),
            ("HYPERTUNE_PARAMS.MAX_TRIALS", "3"),
            ("HYPERTUNE_PARAMS.MAX_CONCURRENT", "1"),
            ("HYPERTUNE_PARAMS.EARLY_TERMINATION", "\"none\""),
            ("HYPERTUNE_PARAMS.SEARCH_SPACE", """{"RUN_PARAMS.SEED":["choice",[[1,2,3]]]}"""),
        ]);
        using (var run = checkout.Start("--target=Train"))
        {
            await TrainerProcesses.UntilAsync(
                () => CheckpointsOf(checkout, "_1").Any() || run.HasExited,
                "the second trial writes a checkpoint"
            );
            var emulator = (int)
                JsonNode.Parse(await File.ReadAllTextAsync(checkout.EmulatorState, TestContext.Current.CancellationToken))!["processId"]!;
            Process.GetProcessById(emulator).Kill();
            run.Kill();
            await run.EndAsync();
        }

        var again = await checkout.SucceedAsync("--target=Train");

        Assert.Contains("already exists (Running); following it", again.Output, StringComparison.Ordinal);
        var trials = checkout.ReadOutcome()["trials"]!.AsArray();
        Assert.Equal(3, trials.Count);
        Assert.All(trials, trial => Assert.Equal("Completed", (string?)trial!["status"]));
        Assert.Equal(4, Directory.GetDirectories(Path.Combine(checkout.Root, ".local", "emulator", "jobs")).Length);
        var folders = trials.Select(trial => JobFolder(checkout, trial!)).ToList();
        AssertResumed(folders[1]);
        Assert.All([folders[0], folders[2]], folder => Assert.False(File.Exists(Path.Combine(folder, "user_logs", "std_log_0.txt"))));
        // Each trial logged every step once; the values differ by the seed.
        var steps = MetricsOf(folders[0]).Select(point => (point.Step, point.Metric)).ToList();
        Assert.Equal(24, steps.Count(point => point.Metric == "train_loss"));
        Assert.All(folders, folder => Assert.Equal(steps, MetricsOf(folder).Select(point => (point.Step, point.Metric))));
        Assert.Empty(TrainerProcesses.Find(checkout));
    }

    private static IEnumerable<string> CheckpointsOf(Checkout checkout, string trial)
    {
        var storage = Path.Combine(checkout.Root, ".local", "emulator", "storage");
        return Directory.Exists(storage)
            ? Directory
                .EnumerateFiles(storage, "*.ckpt", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(Path.GetDirectoryName(file))!.EndsWith(trial, StringComparison.Ordinal))
            : [];
    }

    private static string JobFolder(Checkout checkout, JsonNode trial) =>
        Path.Combine(checkout.Root, ".local", "emulator", "jobs", (string)trial["name"]!);

    // The same from the records of this checkout and from the workspace.
    private static async Task AssertReportedAsync(Checkout checkout, string job)
    {
        await checkout.SucceedAsync("--target=Report", $"--job={job}");
        var report = await ReadTrialsAsync(checkout);
        Assert.Equal(12, report.Count(line => line.StartsWith($"| `{job}_", StringComparison.Ordinal)));
        Directory.Delete(Path.Combine(checkout.Root, "artifacts"), recursive: true);
        await checkout.SucceedAsync("--target=Report", $"--job={job}");
        Assert.Equal(report, await ReadTrialsAsync(checkout));
    }

    private static async Task<IReadOnlyList<string>> ReadTrialsAsync(Checkout checkout)
    {
        var file = Path.Combine(checkout.Root, "artifacts", "report.md");
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        return [.. lines.SkipWhile(line => line != "#### Sweep").TakeWhile(line => line != "#### Passport")];
    }

    private static void AssertResumed(string job)
    {
        var logs = Path.Combine(job, "user_logs");
        Assert.True(File.Exists(Path.Combine(logs, "std_log_0.txt")), "The trial did not lose its node.");
        Assert.Contains(
            "resuming from the checkpoint after step ",
            File.ReadAllText(Path.Combine(logs, "std_log.txt")),
            StringComparison.Ordinal
        );
    }

    // Every value that the run logged, in the order of steps: none is missing, and none appears twice.
    private static IEnumerable<(long Step, string Metric, string Value)> MetricsOf(string job) =>
        File.ReadLines(Path.Combine(job, "metrics.jsonl"))
            .Select(line => JsonNode.Parse(line)!)
            .Where(point => (string?)point["key"] != "images_per_second")
            .Select(point => ((long)point["step"]!, (string)point["key"]!, point["value"]!.ToJsonString()))
            .Order();

    private static async Task AssertSameWeightsAsync(Checkout checkout, string first, string second)
    {
        const string Compare = """
            import sys, torch
            first, second = (torch.load(path, map_location="cpu") for path in sys.argv[1:])
            def tensors(part, name=""):
                if isinstance(part, torch.Tensor):
                    yield name, part
                elif isinstance(part, dict):
                    for key in part:
                        yield from tensors(part[key], f"{name}.{key}")
            first, second = dict(tensors(first)), dict(tensors(second))
            assert first and first.keys() == second.keys()
            assert all(torch.equal(first[name], second[name]) for name in first)
            """;
        using var python = Process.Start(
            new ProcessStartInfo(Path.Combine(checkout.Root, ".local", "bin", "python"), ["-c", Compare, first, second])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var error = await python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(python.ExitCode == 0, error);
    }
}
