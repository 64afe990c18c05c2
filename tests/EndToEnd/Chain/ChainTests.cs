using System.Diagnostics;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>
/// Runs an experiment through the whole chain. The trainer really trains, for few steps: the tests are about the chain and not the model.
/// </summary>
public sealed class ChainTests(DemoData data)
{
    private static readonly (string, string)[] FewSteps =
    [
        ("RUN_PARAMS.STEPS", "3"),
        ("RUN_PARAMS.WARMUP_STEPS", "1"),
        ("RUN_PARAMS.BATCH_SIZE", "2"),
        ("MODEL_PARAMS.IMAGE_SIZE", "64"),
    ];

    private static readonly (string, string)[] FewStepsAndImages = [.. FewSteps, DemoData.FewImages];

    [Fact]
    public async Task Train_WritesOutcomeAndRecords_AndChangesNothingTheSecondTime()
    {
        await using var checkout = new Checkout(wholeTrainer: true);
        data.Lend(checkout);
        checkout.WriteExperiment(FewSteps);

        var first = await checkout.SucceedAsync("--target=Train", "--set=DESCRIPTION=as described", $"--record={checkout.Traffic}");

        var outcome = checkout.ReadOutcome();
        var job = (string)outcome["job"]!;
        Assert.Equal("Completed", (string?)outcome["status"]);
        Assert.Equal("demo", (string?)outcome["experiment"]);
        Assert.Equal("as described", (string?)outcome["tags"]!["description"]);
        Assert.Equal("3", (string?)outcome["tags"]!["steps"]);
        Assert.Equal("faster_rcnn_tiny", (string?)outcome["tags"]!["base_model"]);
        Assert.EndsWith("train_pothole_240102030405.csv", (string?)outcome["datasets"]!["train"], StringComparison.Ordinal);
        Assert.EndsWith("test_pothole_240102030405.csv", (string?)outcome["datasets"]!["test"], StringComparison.Ordinal);
        Assert.True((DateTimeOffset)outcome["ended"]! > (DateTimeOffset)outcome["started"]!);
        Assert.Equal(240, (double)outcome["metrics"]!["train_images"]!);
        foreach (var metric in new[] { "train_loss", "eval_mAP", "eval_AP50_pothole", "eval_AR_small", "binary_f1", "images_per_second" })
            Assert.True(outcome["metrics"]![metric] is not null, metric);
        var artifacts = Path.Combine(checkout.Root, (string)outcome["artifacts"]!);
        foreach (
            var file in new[]
            {
                "plan.json",
                "datastore.json",
                "compute.json",
                "job.json",
                "outcome.json",
                "user_logs/std_log.txt",
                "outputs/metrics.jsonl",
                "outputs/predictions.json",
                "outputs/ground_truth.json",
                "outputs/evaluation.json",
                "outputs/plots/losses.png",
                "outputs/final_model/model.pth",
                "outputs/final_model/model.torchscript.pt",
                "outputs/final_model/label_map.json",
                "outputs/final_model/exp_config.json",
                "outputs/final_model/passport.json",
                "outputs/final_model/metrics.json",
            }
        )
        {
            Assert.True(File.Exists(Path.Combine(artifacts, file)), file);
        }

        var log = await File.ReadAllLinesAsync(Path.Combine(artifacts, "user_logs", "std_log.txt"), TestContext.Current.CancellationToken);
        var streamed = first.Output.Split('\n').Where(line => line.StartsWith("  | ", StringComparison.Ordinal)).Select(line => line[4..]);
        Assert.Equal(log.Where(line => line.Length > 0), streamed.Where(line => line.Length > 0));
        Assert.Contains(
            "  Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = ",
            first.Output,
            StringComparison.Ordinal
        );

        var second = await checkout.SucceedAsync("--target=Train", "--set=DESCRIPTION=as described");

        Assert.Contains($"{job}: completed before, with nothing changed since", second.Output, StringComparison.Ordinal);
        Assert.Contains("Datastore    demo_data: unchanged", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("  | ", second.Output, StringComparison.Ordinal);
        await CheckTrafficAsync(checkout);

        await checkout.SucceedAsync("--target=Stop-Emulator");
        Assert.False(File.Exists(checkout.EmulatorState));
    }

    [Fact]
    public async Task Stages_HandOverTheirRecords_WhenEachRunsAlone()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(FewStepsAndImages);

        var early = await checkout.RunAsync("--target=Train", "--exclusive");
        Assert.NotEqual(0, early.ExitCode);
        Assert.Contains("dotnet cake --target=Plan", early.Output, StringComparison.Ordinal);

        await checkout.SucceedAsync("--target=Plan");
        // From here on the exp_config is not read again.
        File.Delete(Path.Combine(checkout.Root, "exp_configs", "demo.json"));
        await checkout.SucceedAsync("--target=Register-Datastore", "--exclusive");
        await checkout.SucceedAsync("--target=Create-Compute", "--exclusive");
        var submitted = await checkout.SucceedAsync("--target=Train", "--exclusive", "--wait=false");
        Assert.Contains("dotnet cake --target=Follow --job=demo-", submitted.Output, StringComparison.Ordinal);
        await checkout.SucceedAsync("--target=Follow");

        Assert.Equal("Completed", (string?)checkout.ReadOutcome()["status"]);
    }

    [Fact]
    public async Task Train_Fails_WhenTheJobFails()
    {
        await using var checkout = new Checkout();
        var images = data.Copy(checkout);
        checkout.WriteExperiment(FewStepsAndImages);
        foreach (var stage in new[] { "Plan-Experiment", "Register-Datastore", "Create-Compute" })
            await checkout.SucceedAsync($"--target={stage}", "--exclusive");
        var lost = Directory.EnumerateFiles(images).Order(StringComparer.Ordinal).First();
        File.Delete(lost);

        var run = await checkout.RunAsync("--target=Train", "--exclusive");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(Path.GetFileName(lost), run.Output, StringComparison.Ordinal);
        Assert.Equal("Failed", (string?)checkout.ReadOutcome()["status"]);
    }

    [Fact]
    public async Task Train_ResumesFromTheCheckpoint_WhenTheTrainerWasKilled()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment([.. FewStepsAndImages, ("RUN_PARAMS.STEPS", "100"), ("RUN_PARAMS.CHECKPOINT_EVERY", "10")]);
        var storage = Path.Combine(checkout.Root, ".local", "emulator");
        using var run = checkout.Start("--target=Train");
        await TrainerProcesses.UntilAsync(
            () => Directory.Exists(storage) && Directory.EnumerateFiles(storage, "checkpoint-*.ckpt", SearchOption.AllDirectories).Any(),
            "a checkpoint is written"
        );

        foreach (var id in TrainerProcesses.Find(checkout))
            Process.GetProcessById(id).Kill();
        await run.EndAsync();

        Assert.NotEqual(0, run.ExitCode);
        Assert.Equal("Failed", (string?)checkout.ReadOutcome()["status"]);
        var again = await checkout.SucceedAsync("--target=Train");
        Assert.Matches(@"resuming from the checkpoint after step [1-9]\d*0\b", again.Output);
        Assert.DoesNotContain("| step 1/100", again.Output, StringComparison.Ordinal);
        Assert.Equal("Completed", (string?)checkout.ReadOutcome()["status"]);
        Assert.EndsWith("-2", (string?)checkout.ReadOutcome()["job"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Fails_WhenTheJobIsCancelled()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment([.. FewStepsAndImages, ("RUN_PARAMS.STEPS", "100000")]);
        using var run = checkout.Start("--target=Train");
        await run.SeeAsync("| step ");

        var cancelled = await checkout.SucceedAsync("--target=Cancel");
        await run.EndAsync();

        Assert.Contains(": Canceled", cancelled.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Equal("Canceled", (string?)checkout.ReadOutcome()["status"]);
        Assert.Empty(TrainerProcesses.Find(checkout));
    }

    [Theory]
    [InlineData("INT", Traits = ["When", "Night"])]
    [InlineData("TERM")]
    public async Task Train_LeavesTheJobRunningAndExits130_WhenInterruptedInAPipeline(string signal)
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment([.. FewStepsAndImages, ("RUN_PARAMS.STEPS", "100000")]);
        using var run = checkout.Start("--target=Train");
        await run.SeeAsync("| step ");

        using (var kill = Process.Start("kill", [$"-{signal}", $"{run.ProcessId}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await run.EndAsync();

        Assert.Equal(130, run.ExitCode);
        Assert.Contains(" is still running.", run.Output, StringComparison.Ordinal);
        Assert.Contains("dotnet cake --target=Cancel --job=demo-", run.Output, StringComparison.Ordinal);
        Assert.NotEmpty(TrainerProcesses.Find(checkout));
        await checkout.SucceedAsync("--target=Cancel");
        Assert.Empty(TrainerProcesses.Find(checkout));
    }

    [Fact]
    public async Task Train_ReportsEveryFaultAndStartsNothing_WhenTheExperimentIsFaulty()
    {
        await using var checkout = new Checkout();
        checkout.WriteExperiment(("RUN_PARAMS.STEPS", "0"), ("RUN_PARAMS.BACH_SIZE", "4"));

        var run = await checkout.RunAsync("--target=Train", "--set=EVAL_CONF=2");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("RUN_PARAMS.STEPS is 0; it must be", run.Output, StringComparison.Ordinal);
        Assert.Contains("RUN_PARAMS.BATCH_SIZE", run.Output, StringComparison.Ordinal);
        Assert.Contains("EVAL_CONF is 2; it must be", run.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(checkout.Root, ".local")), "something was started");
    }

    [Fact]
    public async Task Target_IsRefused_WhenAnArgumentIsUnknown()
    {
        await using var checkout = new Checkout();

        var run = await checkout.RunAsync("--target=Plan", "--exp-confg=x.json");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("--exp-confg is not an argument of this target", run.Output, StringComparison.Ordinal);
        Assert.Contains("Did you mean --exp-config?", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The recording is JSON throughout and holds no token.</summary>
    private static async Task CheckTrafficAsync(Checkout checkout)
    {
        var lines = await File.ReadAllLinesAsync(checkout.Traffic);
        Assert.Contains(lines, line =>
            (string?)JsonNode.Parse(line)!["method"] == "PUT"
            && ((string)JsonNode.Parse(line)!["url"]!).Contains("/jobs/", StringComparison.Ordinal)
        );
        var token = await File.ReadAllTextAsync(Path.Combine(checkout.Root, ".local", "emulator", "token"));
        Assert.DoesNotContain(token.Trim(), await File.ReadAllTextAsync(checkout.Traffic), StringComparison.Ordinal);
    }
}
