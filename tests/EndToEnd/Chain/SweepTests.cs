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
        ("HYPERTUNE_PARAMS.SLACK_FACTOR", "0.3"),
        // With the last value a model hardly trains, and its trials come when others have shown what is possible.
        (
            "HYPERTUNE_PARAMS.SEARCH_SPACE",
            """{"RUN_PARAMS.LEARNING_RATE":["choice",[[0.05,0.02,0.0000001]]],"RUN_PARAMS.SEED":["choice",[[1,2,3,4]]]}"""
        ),
    ];

    // One test, because the sweep trains for some minutes.
    [Fact]
    public async Task Train_RunsTheSweep_EndsTrialsEarly_AndFetchesTheModelOfTheBest()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(Sweep);

        var run = await checkout.SucceedAsync("--target=Train");

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

        await checkout.SucceedAsync(
            "--target=Train",
            "--set=HYPERTUNE=false",
            $"--set=RUN_PARAMS.LEARNING_RATE={best["values"]!["RUN_PARAMS.LEARNING_RATE"]}",
            $"--set=RUN_PARAMS.SEED={best["values"]!["RUN_PARAMS.SEED"]}"
        );
        var plain = checkout.ReadOutcome();
        await AssertSameWeightsAsync(checkout, Model(checkout, outcome), Model(checkout, plain));
        Assert.Equal((double)outcome["metrics"]!["train_loss"]!, (double)plain["metrics"]!["train_loss"]!);
    }

    private static string Model(Checkout checkout, JsonNode outcome) =>
        Path.Combine(checkout.Root, (string)outcome["artifacts"]!, "outputs", "final_model", "model.pth");

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
