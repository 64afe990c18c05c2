using System.Diagnostics;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>Registers, promotes and replays a job that really trained, for few steps.</summary>
public sealed class ModelTests(DemoData data)
{
    private static readonly (string, string)[] FewSteps =
    [
        ("RUN_PARAMS.STEPS", "6"),
        ("RUN_PARAMS.WARMUP_STEPS", "1"),
        ("RUN_PARAMS.BATCH_SIZE", "2"),
        ("MODEL_PARAMS.IMAGE_SIZE", "64"),
        DemoData.FewImages,
    ];

    // One test, because it trains one job for all of it.
    [Fact]
    public async Task RegisterModel_RegistersOneVersion_WhoseFolderPredictsAsTheTrainedModelDid()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(FewSteps);
        var refused = await checkout.RunAsync(
            "--target=Train",
            "--register-model",
            "--min-metric=eval_AP50=0.99",
            $"--record={checkout.Traffic}"
        );
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("it must be at least 0.99 (--min-metric)", refused.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was registered.", refused.Output, StringComparison.Ordinal);
        Assert.Empty(Puts(checkout, "/models/"));
        Assert.Matches(@"  cost       [0-9.]+ USD \(", refused.Output);
        var job = (string)checkout.ReadOutcome()["job"]!;

        var first = await checkout.SucceedAsync("--target=Register-Model");
        var second = await checkout.SucceedAsync("--target=Train", "--register-model", "--only-if-better");

        Assert.Contains("Model        pothole:1 (mlflow_model): created", first.Output, StringComparison.Ordinal);
        Assert.Contains("Model        pothole:1 (mlflow_model): unchanged", second.Output, StringComparison.Ordinal);
        var version = Assert.Single(Puts(checkout, "/models/"))["properties"]!;
        Assert.Equal($"azureml://jobs/{job}/outputs/artifacts/paths/outputs/final_model/", (string?)version["modelUri"]);
        Assert.Equal(("6", "42"), ((string?)version["tags"]!["steps"], (string?)version["tags"]!["seed"]));

        var promoted = await checkout.SucceedAsync("--target=Promote", "--model=pothole:1", "--stage=production");
        Assert.Contains("Stage        pothole:1 is Production: updated", promoted.Output, StringComparison.Ordinal);
        promoted = await checkout.SucceedAsync("--target=Promote", "--model=pothole:1", "--stage=Production");
        Assert.Contains("Stage        pothole:1 is Production: unchanged", promoted.Output, StringComparison.Ordinal);

        // What the address of the version names, from the workspace and not from the folder of the training.
        await checkout.SucceedAsync("--target=Fetch", $"--job={job}", "--to=registered");
        await AssertSameBoxesAsync(checkout, job);

        var unchanged = await checkout.SucceedAsync("--target=Replay", $"--job={job}", "--run", "--wait=false");
        Assert.Contains($"Replay       {job}: unchanged, the request is the same", unchanged.Output, StringComparison.Ordinal);
        await checkout.SucceedAsync("--target=Follow", $"--job={job}-2");
        var sent = Bodies(checkout, "/jobs/");
        Assert.Equal(2, sent.Count);
        Assert.Single(sent.Distinct(StringComparer.Ordinal));
    }

    private static IReadOnlyList<JsonNode> Puts(Checkout checkout, string part) =>
        [.. Bodies(checkout, part).Select(body => JsonNode.Parse(body)!)];

    private static IReadOnlyList<string> Bodies(Checkout checkout, string part) =>
        [
            .. File.ReadLines(checkout.Traffic)
                .Select(line => JsonNode.Parse(line)!)
                .Where(exchange =>
                    (string?)exchange["method"] == "PUT" && ((string)exchange["url"]!).Contains(part, StringComparison.Ordinal)
                )
                .Select(exchange => BodyOf(exchange["requestBody"] ?? exchange["body"]!)),
        ];

    private static string BodyOf(JsonNode body) => body is JsonValue ? (string)body! : body.ToJsonString();

    private static async Task AssertSameBoxesAsync(Checkout checkout, string job)
    {
        const string Predict = """
            import json, subprocess, sys
            from pathlib import Path
            root, job, python = Path(sys.argv[1]), sys.argv[2], sys.executable
            trained = root / "artifacts" / job / "outputs"
            truth = json.loads((trained / "ground_truth.json").read_text())
            images = {image["id"]: image["file_name"] for image in truth["images"]}
            names = sorted(images.values())[:8]
            (root / "list.txt").write_text("".join(f"{root}/.local/datastores/few_images/pothole/images/{name}\n" for name in names))
            subprocess.run([python, "-m", "detection", "predict", "--model", str(root / "registered/outputs/final_model"),
                            "--images", str(root / "list.txt"), "--output", str(root / "predicted"), "--confidence", "0.01"], check=True)
            known = json.loads((root / "predicted/predictions_images.json").read_text())["images"]
            known = {image["id"]: Path(image["file_name"]).name for image in known}
            def boxes(file, named):
                found = json.loads(file.read_text())
                found = found["annotations"] if isinstance(found, dict) else found
                return sorted((named[box["image_id"]], box["category_id"], *box["bbox"], box["score"])
                              for box in found if named[box["image_id"]] in names and box["score"] >= 0.01)
            first, second = boxes(trained / "predictions.json", images), boxes(root / "predicted/predictions.json", known)
            assert first and len(first) == len(second), (len(first), len(second))
            for one, other in zip(first, second):
                assert one[:2] == other[:2] and all(abs(a - b) < 1e-3 for a, b in zip(one[2:], other[2:])), (one, other)
            """;
        var start = new ProcessStartInfo(Path.Combine(checkout.Root, ".local", "bin", "python"), ["-c", Predict, checkout.Root, job])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["PYTHONPATH"] = Path.Combine(Checkout.Repository, "src", "training");
        using var python = Process.Start(start)!;
        var output = python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(python.ExitCode == 0, error + await output);
    }
}
