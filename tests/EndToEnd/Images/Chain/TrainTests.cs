using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Images.Chain;

/// <summary>Trains the experiment in its own image.</summary>
public sealed class TrainTests(Engine engine, DemoData data)
{
    [Fact]
    public async Task Train_RunsTheJobInTheImageOfItsDigest_AlsoWithoutTheTag_AndInTwoContainers()
    {
        await using var checkout = engine.CheckOut(data);

        string[] twoNodes =
        [
            "--set=COMPUTE_NAME=two",
            "--set=NODES=2",
            "--set=RUN_PARAMS.DISTRIBUTED_NODES=2",
            "--set=RUN_PARAMS.BATCH_SIZE=1",
        ];
        await checkout.SucceedAsync(engine.Arguments("Train", twoNodes));
        var distributed = checkout.ReadOutcome();
        await checkout.SucceedAsync(engine.Arguments("Train"));

        var image = checkout.PushedImage();
        var tag = checkout.ContentTag();
        var digest = await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, tag);
        Assert.Equal($"{engine.Registry}/{Engine.Repository}@{digest}", image);
        var first = checkout.ReadOutcome();
        Assert.Equal("Completed", (string?)first["status"]);
        Assert.Equal(image, (string?)first["tags"]!["image"]);
        Assert.True(first["metrics"]!["eval_mAP"] is not null);
        Assert.Equal(
            "docker",
            (string?)JsonNode.Parse(await File.ReadAllTextAsync(checkout.EmulatorState, TestContext.Current.CancellationToken))!["runtime"]
        );

        AssertTrainedTogether(checkout, distributed, first);

        Engine.DeleteTag(tag);
        await engine.OutputOfAsync("image", "rm", "--force", $"{engine.Registry}/{Engine.Repository}:{tag}", image);
        Assert.Null(await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, tag));

        await checkout.SucceedAsync("--target=Train", "--exclusive", "--rerun");

        var second = checkout.ReadOutcome();
        Assert.Equal($"{(string?)first["job"]}-2", (string?)second["job"]);
        Assert.Equal("Completed", (string?)second["status"]);
        Assert.Equal(image, (string?)second["tags"]!["image"]);
        await engine.OutputOfAsync("image", "rm", "--force", image);
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
