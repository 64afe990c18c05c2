using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Images.Chain;

/// <summary>Trains the experiment in its own image.</summary>
public sealed class TrainTests(Engine engine, DemoData data)
{
    [Fact]
    public async Task Train_RunsTheJobInTheImageOfItsDigest_AlsoWithoutTheTag_AndNamesWhatTheImageLacks()
    {
        await using var checkout = engine.CheckOut(data);

        var run = await checkout.RunAsync(engine.Arguments("Train"));

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("  | error: Python has no module torch; it must be installed", run.Output, StringComparison.Ordinal);
        var (image, tag) = await FindImageAsync(checkout);
        var first = checkout.ReadOutcome();
        Assert.Equal(("Failed", image), ((string?)first["status"], (string?)first["tags"]!["image"]));
        var emulator = await File.ReadAllTextAsync(checkout.EmulatorState, TestContext.Current.CancellationToken);
        Assert.Equal("docker", (string?)JsonNode.Parse(emulator)!["runtime"]);

        await ForgetTagAsync(image, tag);
        var again = await checkout.RunAsync("--target=Train", "--exclusive", "--rerun");

        Assert.NotEqual(0, again.ExitCode);
        Assert.Contains("  | error: Python has no module torch", again.Output, StringComparison.Ordinal);
        var second = checkout.ReadOutcome();
        Assert.Equal($"{(string?)first["job"]}-2", (string?)second["job"]);
        Assert.Equal(("Failed", image), ((string?)second["status"], (string?)second["tags"]!["image"]));
        await engine.OutputOfAsync("image", "rm", "--force", image);
    }

    [Fact]
    [Trait("When", "Night")]
    public async Task Train_TrainsInTheImageOfItsDigest_AlsoWithoutTheTag_AndInTwoContainers()
    {
        await using var checkout = engine.CheckOut(data);

        string[] twoNodes =
        [
            "--set=COMPUTE_NAME=two",
            "--set=NODES=2",
            "--set=RUN_PARAMS.DISTRIBUTED_NODES=2",
            "--set=RUN_PARAMS.BATCH_SIZE=1",
        ];
        await checkout.SucceedAsync(engine.ArgumentsOfWhole("Train", twoNodes));
        var distributed = checkout.ReadOutcome();
        await checkout.SucceedAsync(engine.ArgumentsOfWhole("Train"));

        var (image, tag) = await FindImageAsync(checkout);
        var first = checkout.ReadOutcome();
        Assert.Equal(("Completed", image), ((string?)first["status"], (string?)first["tags"]!["image"]));
        Assert.True(first["metrics"]!["eval_mAP"] is not null);

        AssertTrainedTogether(checkout, distributed, first);

        await ForgetTagAsync(image, tag);
        await checkout.SucceedAsync("--target=Train", "--exclusive", "--rerun");

        var second = checkout.ReadOutcome();
        Assert.Equal($"{(string?)first["job"]}-2", (string?)second["job"]);
        Assert.Equal(("Completed", image), ((string?)second["status"], (string?)second["tags"]!["image"]));
        await engine.OutputOfAsync("image", "rm", "--force", image);
    }

    /// <summary>Returns the image that was pushed, which is that of its digest in the registry, and its tag.</summary>
    private async Task<(string Image, string Tag)> FindImageAsync(Checkout checkout)
    {
        var (image, tag) = (checkout.PushedImage(), checkout.ContentTag());
        var digest = await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, tag);
        Assert.Equal($"{engine.Registry}/{Engine.Repository}@{digest}", image);
        return (image, tag);
    }

    private async Task ForgetTagAsync(string image, string tag)
    {
        Engine.DeleteTag(tag);
        await engine.OutputOfAsync("image", "rm", "--force", $"{engine.Registry}/{Engine.Repository}:{tag}", image);
        Assert.Null(await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, tag));
    }

    // Two containers with half of the batch each compute the losses of one container with all of it. A new model's proposals have
    // nearly equal scores, so the noise of sums in another order can choose another one: that changes the classifier's loss by 0.003 here,
    // and a container that trained alone would change it by far more.
    private static void AssertTrainedTogether(Checkout checkout, JsonNode two, JsonNode one)
    {
        Assert.Equal("Completed", (string?)two["status"]);
        Assert.Equal((string?)one["tags"]!["image"], (string?)two["tags"]!["image"]);
        foreach (var name in new[] { "train_loss", "train_loss_objectness", "train_loss_classifier" })
            Assert.Equal((double)one["metrics"]![name]!, (double)two["metrics"]![name]!, 1e-2);
        var logs = Path.Combine(checkout.Root, ".local", "emulator", "jobs", (string)two["job"]!, "user_logs");
        Assert.Contains(
            "2 processes train together",
            File.ReadAllText(Path.Combine(logs, "std_log_process_0.txt")),
            StringComparison.Ordinal
        );
        Assert.Empty(File.ReadAllText(Path.Combine(logs, "std_log_process_1.txt")));
    }
}
