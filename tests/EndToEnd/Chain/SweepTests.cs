using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>A sweep of four trials on two nodes, whose trials really train; few steps, for what is tested is the way.</summary>
public sealed class SweepTests(DemoData data)
{
    private static readonly (string, string)[] Sweep =
    [
        DemoData.FewImages,
        ("NODES", "2"),
        ("RUN_PARAMS.STEPS", "24"),
        ("RUN_PARAMS.WARMUP_STEPS", "1"),
        ("RUN_PARAMS.BATCH_SIZE", "2"),
        ("RUN_PARAMS.EVAL_EVERY", "12"),
        ("MODEL_PARAMS.IMAGE_SIZE", "64"),
        ("HYPERTUNE", "true"),
        ("HYPERTUNE_PARAMS.MAX_TRIALS", "4"),
        ("HYPERTUNE_PARAMS.SAMPLING", "\"grid\""),
        ("HYPERTUNE_PARAMS.METRIC", "\"train_loss\""),
        ("HYPERTUNE_PARAMS.GOAL", "\"Minimize\""),
        ("HYPERTUNE_PARAMS.EARLY_TERMINATION", "\"bandit\""),
        ("HYPERTUNE_PARAMS.DELAY_EVALUATION", "8"),
        ("HYPERTUNE_PARAMS.SLACK_FACTOR", "2"), // wide, so that the noise of single steps ends no good trial
        // With the last value a model hardly trains, and its trials come when others have shown what is possible.
        (
            "HYPERTUNE_PARAMS.SEARCH_SPACE",
            """{"RUN_PARAMS.LEARNING_RATE":["choice",[[0.05,0.0000001]]],"RUN_PARAMS.SEED":["choice",[[1,2]]]}"""
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
        Assert.Equal(4, trials.Count);
        Assert.All(trials, trial => Assert.True((string?)trial!["status"] is "Completed" or "Canceled"));
        Assert.Contains(trials, trial => (bool)trial!["isEndedEarly"]!);
        var best = trials.Where(trial => (string?)trial!["status"] == "Completed").MinBy(trial => (double)trial!["metric"]!)!;
        Assert.Equal((string?)best["name"], (string?)outcome["bestTrial"]);
        Assert.Equal((double)best["metric"]!, (double)outcome["metrics"]!["train_loss"]!);
        Assert.Contains(", the best so far", run.Output, StringComparison.Ordinal);
        Assert.Contains("ended early", run.Output, StringComparison.Ordinal);
        AssertInterrupted(outcome, run.Output);

        var again = await checkout.SucceedAsync("--target=Train");
        Assert.Contains("completed before, with nothing changed since", again.Output, StringComparison.Ordinal);
        Assert.Equal((string?)outcome["job"], (string?)checkout.ReadOutcome()["job"]);
        Assert.Equal(5, Directory.GetDirectories(Path.Combine(checkout.Root, ".local", "emulator", "jobs")).Length);

        var evicted = trials.Single(trial => ((string)trial!["name"]!).EndsWith("_0", StringComparison.Ordinal))!;
        Assert.True((string?)evicted["status"] == "Completed", trials.ToJsonString());
        AssertResumed(JobFolder(checkout, evicted));
        await checkout.SucceedAsync(
            "--target=Train",
            "--set=HYPERTUNE=false",
            $"--set=RUN_PARAMS.LEARNING_RATE={evicted["values"]!["RUN_PARAMS.LEARNING_RATE"]}",
            $"--set=RUN_PARAMS.SEED={evicted["values"]!["RUN_PARAMS.SEED"]}"
        );
        var plain = checkout.ReadOutcome();
        var (tried, trained) = (
            JobFolder(checkout, evicted),
            Path.Combine(checkout.Root, ".local", "emulator", "jobs", (string)plain["job"]!)
        );
        AssertLog(trained, "are done already", isThere: false);
        await AssertSameWeightsAsync(checkout, Path.Combine(tried, Model), Path.Combine(trained, Model));
        Assert.Equal((double)evicted["metric"]!, (double)plain["metrics"]!["train_loss"]!);
        Assert.Equal(MetricsOf(trained), MetricsOf(tried));

        await AssertSameWeightsAsync(
            checkout,
            Path.Combine(checkout.Root, (string)outcome["artifacts"]!, "outputs", "final_model", "model.pth"),
            Path.Combine(JobFolder(checkout, best), Model)
        );
        await AssertReportedAsync(checkout, (string)outcome["job"]!);
    }

    // One test for two losses, because each needs a sweep that has trained for a while. What decides it, SweepResumptionTests try on each
    // change, with trials that only print.
    [Fact]
    [Trait("When", "Night")]
    public async Task Train_TrainsNoTrialTwice_WhenTheEmulatorWasKilledInMidSweep_AndWhenTheSweepIsSubmittedAgain()
    {
        await using var checkout = new Checkout(ownSources: true);
        checkout.PauseTrainings();
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
                () => TrialsWithCheckpoints(checkout) == 2 || run.HasExited,
                "the second trial writes a checkpoint"
            );
            var emulator = (int)
                JsonNode.Parse(await File.ReadAllTextAsync(checkout.EmulatorState, TestContext.Current.CancellationToken))!["processId"]!;
            Process.GetProcessById(emulator).Kill();
            run.Kill();
            await run.EndAsync();
        }

        // The emulator continues the sweep, which is cancelled in its third trial.
        using (var run = checkout.Start("--target=Train"))
        {
            await TrainerProcesses.UntilAsync(
                () => TrialsWithCheckpoints(checkout) == 3 || run.HasExited,
                "the third trial writes a checkpoint"
            );
            await CancelAsync(checkout);
            await run.EndAsync();
            Assert.Contains("already exists (Running); following it", run.Output, StringComparison.Ordinal);
            AssertCanceled(run);
            Assert.Empty(TrainerProcesses.Find(checkout));
        }

        var canceled = checkout.ReadOutcome();
        var first = TrialsOf(checkout, canceled);
        Assert.Equal("Canceled", (string?)canceled["status"]);
        Assert.Equal(["Completed", "Completed", "Canceled"], canceled["trials"]!.AsArray().Select(trial => (string)trial!["status"]!));
        AssertResumed(first[1]);
        Assert.All([first[0], first[2]], folder => Assert.False(File.Exists(Path.Combine(folder, "user_logs", "std_log_0.txt"))));

        var again = await checkout.SucceedAsync("--target=Train");

        Assert.Contains(
            "submitted (attempt 2; it resumes from the last checkpoint, if there is one)",
            again.Output,
            StringComparison.Ordinal
        );
        var outcome = checkout.ReadOutcome();
        var second = TrialsOf(checkout, outcome);
        Assert.All(outcome["trials"]!.AsArray(), trial => Assert.Equal("Completed", (string?)trial!["status"]));
        Assert.All(second[..2], folder => AssertLog(folder, "all 24 steps are done already; the model of their checkpoint is used"));
        AssertContinued(second[2]);
        Assert.Equal(8, Directory.GetDirectories(Path.Combine(checkout.Root, ".local", "emulator", "jobs")).Length);
        for (var trial = 0; trial < 2; trial++)
        {
            Assert.Equal(MetricsOf(first[trial]), MetricsOf(second[trial]));
            await AssertSameWeightsAsync(checkout, Path.Combine(first[trial], Model), Path.Combine(second[trial], Model));
        }

        // Each trial logged every step once; the values differ by the seed.
        var steps = MetricsOf(first[0]).Select(point => (point.Step, point.Metric)).ToList();
        Assert.Equal(24, steps.Count(point => point.Metric == "train_loss"));
        Assert.All(second, folder => Assert.Equal(steps, MetricsOf(folder).Select(point => (point.Step, point.Metric))));
        Assert.Empty(TrainerProcesses.Find(checkout));
    }

    // The policy decides by the values of all attempts of a trial.
    [Fact]
    [Trait("When", "Night")]
    public async Task Train_EndsTrialsByTheMedian_AndResumesThoseThatADrillInterrupts()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment([
            .. Sweep,
            ("HYPERTUNE_PARAMS.EARLY_TERMINATION", "\"median\""),
            ("HYPERTUNE_PARAMS.DELAY_EVALUATION", "16"),
        ]);

        var run = await checkout.SucceedAsync("--target=Train", "--drill=evict@step:4");

        var outcome = checkout.ReadOutcome();
        var trials = outcome["trials"]!.AsArray();
        Assert.Equal(
            [("Completed", false), ("Completed", false), ("Canceled", true), ("Canceled", true)],
            trials.Select(trial => ((string)trial!["status"]!, (bool)trial["isEndedEarly"]!))
        );
        foreach (var trial in trials.Take(2))
        {
            var lost = Assert.Single(outcome["interruptions"]!.AsArray(), one => (string?)one!["trial"] == (string?)trial!["name"])!;
            Assert.True((int)lost["stoppedAfter"]! >= 4, lost.ToJsonString());
            Assert.Contains(
                $"{(string)trial!["name"]!}, attempt 1: after step {lost["stoppedAfter"]}; ",
                run.Output,
                StringComparison.Ordinal
            );
            Assert.Equal((int)lost["stoppedAfter"]!, (int)lost["resumedAfter"]!);
            Assert.Equal(
                Enumerable.Range(1, 24),
                MetricsOf(JobFolder(checkout, trial!)).Where(point => point.Metric == "train_loss").Select(point => (int)point.Step)
            );
        }

        Assert.Empty(TrainerProcesses.Find(checkout));
    }

    private static void AssertCanceled(HostRun run)
    {
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("is Canceled; it must be Completed.", run.Output, StringComparison.Ordinal);
        // The table: the first two trials differ by their seeds, and one of them is the best.
        foreach (var (trial, state) in new[] { ("0", "(best|Completed)"), ("1", "(best|Completed)"), ("2", "Canceled") })
            Assert.Matches($"(?m)^  demo-[0-9a-f]{{12}}_{trial} +{state} .*RUN_PARAMS.SEED {int.Parse(trial, null) + 1}\r?$", run.Output);
    }

    // By a request, because a host that starts first would let the short trial end.
    private static async Task CancelAsync(Checkout checkout)
    {
        var (stop, folder) = (TestContext.Current.CancellationToken, Path.Combine(checkout.Root, ".local", "emulator"));
        var endpoint = (string)JsonNode.Parse(await File.ReadAllTextAsync(checkout.EmulatorState, stop))!["endpoint"]!;
        var record = Directory.GetFiles(Path.Combine(checkout.Root, "artifacts"), "job.json", SearchOption.AllDirectories).Single();
        var job = (string)JsonNode.Parse(await File.ReadAllTextAsync(record, stop))!["id"]!;
        var trusted = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "emulator.crt"));
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        using var client = new HttpClient(handler) { BaseAddress = new(endpoint) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await File.ReadAllTextAsync(Path.Combine(folder, "token"), stop));
        using var response = await client.PostAsync($"{job}/cancel?api-version=2024-10-01", null, stop);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private static string[] TrialsOf(Checkout checkout, JsonNode outcome)
    {
        string[] folders = [.. outcome["trials"]!.AsArray().Select(trial => JobFolder(checkout, trial!))];
        Assert.Equal(3, folders.Length);
        return folders;
    }

    // A checkpoint's name holds what decides the weights, so that each trial has names of its own in the folder that all share.
    private static int TrialsWithCheckpoints(Checkout checkout)
    {
        var storage = Path.Combine(checkout.Root, ".local", "emulator", "storage");
        return Directory.Exists(storage)
            ? Directory
                .EnumerateFiles(storage, "checkpoint-*.ckpt", SearchOption.AllDirectories)
                .Select(file => Path.GetFileName(file).Split('-')[1])
                .Distinct(StringComparer.Ordinal)
                .Count()
            : 0;
    }

    private static string JobFolder(Checkout checkout, JsonNode trial) =>
        Path.Combine(checkout.Root, ".local", "emulator", "jobs", (string)trial["name"]!);

    // The same from the records of this checkout and from the workspace.
    private static async Task AssertReportedAsync(Checkout checkout, string job)
    {
        await checkout.SucceedAsync("--target=Report", $"--job={job}");
        var report = await ReadTrialsAsync(checkout);
        Assert.Equal(4, report.Count(line => line.StartsWith($"| `{job}_", StringComparison.Ordinal)));
        Directory.Delete(Path.Combine(checkout.Root, "artifacts"), recursive: true);
        await checkout.SucceedAsync("--target=Report", $"--job={job}");
        Assert.Equal(report, await ReadTrialsAsync(checkout));
        var file = await File.ReadAllTextAsync(
            Path.Combine(checkout.Root, "artifacts", "report.json"),
            TestContext.Current.CancellationToken
        );
        var sweep = JsonNode.Parse(file)!["sweep"]!;
        Assert.Equal(4, sweep["trials"]!.AsArray().Count);
        Assert.Equal(
            ["RUN_PARAMS.LEARNING_RATE", "RUN_PARAMS.SEED"],
            sweep["importance"]!.AsArray().Select(one => (string)one!["parameter"]!).Order(StringComparer.Ordinal)
        );
    }

    private static void AssertInterrupted(JsonNode outcome, string output)
    {
        var lost = Assert.Single(outcome["interruptions"]!.AsArray())!;
        Assert.EndsWith("_0", (string?)lost["trial"], StringComparison.Ordinal);
        Assert.Equal(1, (int)lost["attempt"]!);
        // The trainer had time for a checkpoint.
        Assert.True((int)lost["stoppedAfter"]! > 0, lost.ToJsonString());
        Assert.Equal((int)lost["stoppedAfter"]!, (int)lost["resumedAfter"]!);
        Assert.Equal(0, (int)lost["stepsLost"]!);
        Assert.True((double)lost["secondsLost"]! > 0, lost.ToJsonString());
        Assert.Contains($"  node lost  {lost["trial"]}, attempt 1: after step ", output, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> ReadTrialsAsync(Checkout checkout)
    {
        var file = Path.Combine(checkout.Root, "artifacts", "report.md");
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        return [.. lines.SkipWhile(line => line != "#### Sweep").TakeWhile(line => line != "#### Passport")];
    }

    private static void AssertResumed(string job)
    {
        Assert.True(File.Exists(Path.Combine(job, "user_logs", "std_log_0.txt")), "The trial did not lose its node.");
        AssertContinued(job);
    }

    // Its first attempt may have made every step before it ended.
    private static void AssertContinued(string job)
    {
        var log = File.ReadAllText(Path.Combine(job, "user_logs", "std_log.txt"));
        string[] words = ["resuming from the checkpoint after step ", "steps are done already; the model of their checkpoint is used"];
        Assert.True(words.Any(text => log.Contains(text, StringComparison.Ordinal)), log);
    }

    private static void AssertLog(string job, string text, bool isThere = true)
    {
        var log = File.ReadAllText(Path.Combine(job, "user_logs", "std_log.txt"));
        Assert.True(log.Contains(text, StringComparison.Ordinal) == isThere, log);
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
        // The same file needs no PyTorch, which takes seconds to start.
        var stop = TestContext.Current.CancellationToken;
        var (one, other) = (await File.ReadAllBytesAsync(first, stop), await File.ReadAllBytesAsync(second, stop));
        if (one.AsSpan().SequenceEqual(other))
            return;
        using var python = Process.Start(
            new ProcessStartInfo(Path.Combine(checkout.Root, ".local", "bin", "python"), ["-c", Compare, first, second])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var error = await python.StandardError.ReadToEndAsync(stop);
        await python.WaitForExitAsync(stop);
        Assert.True(python.ExitCode == 0, error);
    }
}
