using System.Globalization;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>Runs the demo: at night as the README promises it, for each change a quarter of its steps on smaller pictures.</summary>
public sealed class DemoTests(DemoData data)
{
    // One test, because the demo trains for a minute.
    [Theory]
    [InlineData(null, 0.7, Traits = ["When", "Night"])]
    [InlineData(60, 0.1)]
    public async Task Demo_ReachesTheAveragePrecisionItPromises_AndIsBetterThanAnEighthOfItsSteps(int? given, double least)
    {
        await using var checkout = new Checkout(wholeTrainer: given is null);
        data.Lend(checkout);
        if (given is null)
            checkout.WriteExperiment();
        else
            checkout.WriteExperiment(("RUN_PARAMS.STEPS", $"{given}"), ("MODEL_PARAMS.IMAGE_SIZE", "128"));

        await checkout.SucceedAsync("--target=Train");

        Assert.InRange((double)checkout.ReadOutcome()["metrics"]!["eval_AP50"]!, least, 1.0);
        var demo = (string)checkout.ReadOutcome()["job"]!;
        var steps = int.Parse((string)checkout.ReadOutcome()["tags"]!["steps"]!, CultureInfo.InvariantCulture);

        await checkout.SucceedAsync("--target=Train", $"--set=RUN_PARAMS.STEPS={steps / 8}", "--set=RUN_PARAMS.WARMUP_STEPS=1");
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
