using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>A job of two nodes, whose two processes really train one model; few steps, for what is tested is the way.</summary>
public sealed class DistributedTests(DemoData data)
{
    private static readonly (string, string)[] Small =
    [
        ("NODES", "2"),
        ("RUN_PARAMS.STEPS", "8"),
        ("RUN_PARAMS.WARMUP_STEPS", "1"),
        ("RUN_PARAMS.EVAL_EVERY", "4"),
        ("MODEL_PARAMS.IMAGE_SIZE", "64"),
        DemoData.FewImages,
    ];

    // For each change Images trains in two containers, and the trainer's own tests compare two processes with one.
    [Fact]
    [Trait("When", "Night")]
    public async Task Train_WithTwoProcesses_ComputesTheLossesOfOneWithTheDoubledBatch()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(Small);

        await checkout.SucceedAsync("--target=Train", "--set=RUN_PARAMS.BATCH_SIZE=2", "--set=RUN_PARAMS.DISTRIBUTED_NODES=2");
        var two = checkout.ReadOutcome();
        await checkout.SucceedAsync("--target=Train", "--set=RUN_PARAMS.BATCH_SIZE=4");
        var one = checkout.ReadOutcome();

        Assert.Equal("Completed", (string?)two["status"]);
        Assert.NotEqual((string?)one["job"], (string?)two["job"]);
        foreach (var name in new[] { "train_loss", "train_loss_objectness", "train_loss_classifier", "eval_mAP", "train_images" })
            Assert.Equal((double)one["metrics"]![name]!, (double)two["metrics"]![name]!, 1e-3);
        var log = Path.Combine(checkout.Root, ".local", "emulator", "jobs", (string)two["job"]!, "user_logs", "std_log_process_");
        Assert.Contains(
            "2 processes train together",
            await File.ReadAllTextAsync($"{log}0.txt", TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Empty(await File.ReadAllTextAsync($"{log}1.txt", TestContext.Current.CancellationToken));
    }
}
