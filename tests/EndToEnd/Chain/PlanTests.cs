using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>A plan shows every call before it is made; a run carries out the plan, or nothing.</summary>
public sealed class PlanTests(DemoData data)
{
    private static readonly (string, string)[] FewSteps =
    [
        ("RUN_PARAMS.STEPS", "3"),
        ("RUN_PARAMS.WARMUP_STEPS", "1"),
        ("RUN_PARAMS.BATCH_SIZE", "2"),
        ("MODEL_PARAMS.IMAGE_SIZE", "64"),
        DemoData.FewImages,
    ];

    [Fact]
    public async Task Plan_ListsEveryCallAndMakesNone_AndTrainMakesThem()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(FewSteps);

        var plan = await checkout.SucceedAsync("--target=Plan", $"--record={checkout.Traffic}");

        var job = (string)checkout.ReadPlan()["name"]!;
        Assert.Equal(
            ["create datastores/few_images", "create computes/local", "create environments/process/versions/1", $"create jobs/{job}"],
            Calls(checkout)
        );
        Assert.Contains("    vmSize: \"Standard_NC4as_T4_v3\"", plan.Output, StringComparison.Ordinal);
        Assert.All(await MethodsAsync(checkout.Traffic), method => Assert.Equal("GET", method));

        var train = await checkout.SucceedAsync("--target=Train", "--plan=artifacts/plan.json");

        Assert.Equal(job, (string?)checkout.ReadOutcome()["job"]);
        Assert.Contains("Cluster      local (Standard_NC4as_T4_v3, up to 1 nodes): created", train.Output, StringComparison.Ordinal);

        await checkout.SucceedAsync("--target=Plan", "--rerun");

        Assert.Equal(
            ["no-op datastores/few_images", "no-op computes/local", "no-op environments/process/versions/1", $"create jobs/{job}-2"],
            Calls(checkout)
        );
    }

    [Fact]
    public async Task Train_Refuses_WhenAnythingChangedSinceThePlan()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(FewSteps);
        await checkout.SucceedAsync("--target=Plan");
        var plan = Path.Combine(checkout.Root, "given.json");
        File.Copy(checkout.PlanFile, plan);

        await checkout.SucceedAsync("--target=Register-Datastore");
        var workspace = await checkout.RunAsync("--target=Train", "--plan=given.json");
        checkout.WriteExperiment([.. FewSteps, ("EVAL_CONF", "0.75")]);
        var experiment = await checkout.RunAsync("--target=Train", "--plan=given.json");
        var both = await checkout.RunAsync("--target=Train", "--plan=given.json", "--set=EVAL_CONF=0.5");
        var unread = await checkout.RunAsync("--target=Train", "--plan=artifacts/plan.json");

        Assert.NotEqual(0, workspace.ExitCode);
        Assert.Contains("  datastores/few_images: planned create, now no-op", workspace.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, experiment.ExitCode);
        Assert.Contains(
            $"--plan is {plan}, and what it was made from has changed; it must be carried out as it was made.",
            experiment.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("  passport.experimentHash: ", experiment.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Make it again: dotnet cake --target=Plan --exp-config=exp_configs/demo.json",
            experiment.Output,
            StringComparison.Ordinal
        );
        Assert.NotEqual(0, both.ExitCode);
        Assert.Contains("--plan says what is carried out; --set must be left out, or --plan.", both.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, unread.ExitCode);
        Assert.Contains(
            "which says nothing of the workspace; it must be written by the target Plan.",
            unread.Output,
            StringComparison.Ordinal
        );
        Assert.False(
            Directory.Exists(Path.Combine(checkout.Root, ".local", "emulator", "jobs"))
                && Directory.EnumerateDirectories(Path.Combine(checkout.Root, ".local", "emulator", "jobs")).Any(),
            "a job was submitted"
        );
    }

    [Fact]
    public async Task Train_HandsItsJobToThePipeline_AndOtherTargetsTakeItByName()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(FewSteps);
        var outputs = Path.Combine(checkout.Root, "outputs.txt");
        checkout.Variables["GITHUB_OUTPUT"] = outputs;

        await checkout.SucceedAsync("--target=Train", "--wait=false", "--name=chosen");

        var lines = await File.ReadAllLinesAsync(outputs, TestContext.Current.CancellationToken);
        Assert.Equal("job=chosen", lines[0]);
        Assert.StartsWith("studio_url=https://", lines[1], StringComparison.Ordinal);

        // As on another machine, without the plan.
        Directory.Delete(Path.Combine(checkout.Root, "artifacts"), recursive: true);
        await checkout.SucceedAsync("--target=Follow", "--job=chosen");
        var fetched = await checkout.SucceedAsync("--target=Fetch", "--job=chosen", "--to=fetched");
        var taken = await checkout.RunAsync("--target=Train", "--name=chosen", "--set=EVAL_CONF=0.75");
        var again = await checkout.SucceedAsync("--target=Train", "--name=chosen");

        Assert.Equal("Completed", (string?)checkout.ReadOutcome()["status"]);
        Assert.True(File.Exists(Path.Combine(checkout.Root, "fetched", "outputs", "final_model", "model.pth")), fetched.Output);
        Assert.NotEqual(0, taken.ExitCode);
        Assert.Contains(
            "--name is \"chosen\", and workspace 'local' already has a job of that name (of another experiment)",
            taken.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("chosen: completed before", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DockerBuild_ReadsNoStorageAccount_AsAForksBuildMayNot()
    {
        await using var checkout = new Checkout();
        // A registry that refuses at once, and no address outside of this machine.
        foreach (var file in new[] { "exp_configs/pothole.json", "configuration/dev_config.json" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Checkout.Repository, file), TestContext.Current.CancellationToken);
            var here = text.Replace("csaddevamlacr.azurecr.io", "127.0.0.1:1", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(checkout.Root, file), here, TestContext.Current.CancellationToken);
        }

        // A sign-in that is not configured, whatever else this machine has.
        var image = await checkout.RunAsync(
            "--target=Docker-Build",
            "--exp-config=exp_configs/pothole.json",
            "--credential=workload-identity"
        );
        var plan = await checkout.RunAsync(
            "--target=Plan-Experiment",
            "--exp-config=exp_configs/pothole.json",
            "--credential=workload-identity"
        );

        // There is no engine here: the targets after the plan may fail, the plan may not.
        Assert.Contains(
            "  dataset    pothole in datastore test_data, read by the job: latest, latest",
            image.Output,
            StringComparison.Ordinal
        );
        Assert.NotEqual(0, plan.ExitCode);
        Assert.Contains("workload-identity", plan.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("  dataset ", plan.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Calls(Checkout checkout) =>
        checkout.ReadPlan()["calls"]!.AsArray().Select(call => $"{call!["action"]} {call["resource"]}");

    private static async Task<IReadOnlyList<string?>> MethodsAsync(string traffic) =>
        [.. (await File.ReadAllLinesAsync(traffic)).Select(line => (string?)JsonNode.Parse(line)!["method"])];
}
