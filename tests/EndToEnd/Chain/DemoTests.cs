using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>Runs the demo as the README promises it, in two to three minutes.</summary>
public sealed class DemoTests(DemoData data)
{
    // One test, because the demo trains for two minutes.
    [Fact]
    public async Task Demo_ReachesTheAveragePrecisionItPromises_AndIsBetterThanAnEighthOfItsSteps()
    {
        await using var checkout = new Checkout(wholeTrainer: true);
        data.Lend(checkout);
        checkout.WriteExperiment();

        await checkout.SucceedAsync("--target=Train");

        Assert.InRange((double)checkout.ReadOutcome()["metrics"]!["eval_AP50"]!, 0.7, 1.0);
        var demo = (string)checkout.ReadOutcome()["job"]!;

        await checkout.SucceedAsync("--target=Train", "--set=RUN_PARAMS.STEPS=30");
        var eighth = (string)checkout.ReadOutcome()["job"]!;

        await checkout.SucceedAsync("--target=Report", $"--baseline={eighth}", $"--job={demo}");
        Assert.Equal("better", (string?)ReadReport(checkout)["verdict"]);
        var gate = await checkout.RunAsync("--target=Report", $"--baseline={demo}", "--fail-on=worse:eval_mAP");
        var report = ReadReport(checkout);
        Assert.NotEqual(0, gate.ExitCode);
        Assert.Equal((eighth, demo, "worse"), ((string?)report["job"], (string?)report["baseline"]!["job"], (string?)report["verdict"]));
        Assert.Contains(report["changes"]!.AsArray(), change => (string?)change!["path"] == "RUN_PARAMS.STEPS");
        Assert.NotEmpty(report["thumbnails"]!.AsArray());
        Assert.All(report["thumbnails"]!.AsArray(), path => Assert.True(File.Exists(Path.Combine(checkout.Root, (string)path!))));
    }

    private static JsonNode ReadReport(Checkout checkout) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(checkout.Root, "artifacts", "report.json")))!;
}
