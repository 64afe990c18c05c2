using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Images.Chain;

/// <summary>Trains the experiment in its own image.</summary>
public sealed class TrainTests(Engine engine, DemoData data)
{
    [Fact]
    public async Task Train_RunsTheJobInTheImageOfItsDigest_AlsoWithoutTheTag()
    {
        await using var checkout = engine.CheckOut();
        data.Lend(checkout);

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
}
