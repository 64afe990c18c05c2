using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fixtures.Checkouts;
using Fixtures.CodeHosts;
using Fixtures.Pipelines;

namespace EndToEnd.Images.Chain;

/// <summary>A pull request on GitHub, from its build to its verdict, in images of its own code.</summary>
public sealed partial class PullRequestTests(Engine engine, DemoData data)
{
    private const string OfPullRequests = $"pr/{Engine.Repository}";

    [Fact]
    [Trait("When", "Night")]
    public async Task Label_TrainsInTheImageOfItsCommit_ReportsAndComments()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var checkout = await PipelineCheckout.CreateAsync(data, wholeTrainer: true);
        await using var server = await GitHubServer.StartAsync(cancellation);
        await engine.UseAsync(checkout);
        server.PullRequest.Files.Add(("exp_configs/demo.json", "modified", null));
        server.PullRequest.Files.Add((Engine.ChangedSource, "added", null));
        Engine.ChangeSource(checkout.Root);
        var (head, merge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        server.Push(head);

        var build = new GitHubRun(checkout, server, "pull-request", head, merge);
        build.Arguments.Add("""--variables={"EXP_CONFIG":"exp_configs/demo.json"}""");
        // Every test of the repository would run in this one.
        build.LeftOut.UnionWith(["Test", "Install packages of the distribution"]);
        await RunAsync(build);

        // The build of a pull request has its own repository; it may not write to the one that trains.
        var tag = ContentTag().Match(build.Step("Run the target").Output).Value;
        Assert.NotNull(await RegistryContent.FindDigestAsync(engine.Registry, OfPullRequests, tag));
        Assert.Null(await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, tag));

        server.PullRequest.Labels.Add("train");
        await RunAsync(new GitHubRun(checkout, server, "label", head, merge));

        var digest = await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, tag);
        var image = $"{engine.Registry}/{Engine.Repository}@{digest}";
        var outcome = await ReadAsync(checkout, "artifacts/outcome.json");
        Assert.Equal(
            ("Completed", image, head),
            ((string?)outcome["status"], (string?)outcome["tags"]!["image"], (string?)outcome["tags"]!["git_commit"])
        );
        Assert.Equal("docker", (string?)(await ReadAsync(checkout, ".local/emulator/emulator.json"))["runtime"]);
        var report = await ReadAsync(checkout, "artifacts/report.json");
        var reported = report["metrics"]!.AsArray().Single(metric => (string?)metric!["name"] == "eval_mAP")!;
        Assert.Equal((double)outcome["metrics"]!["eval_mAP"]!, (double)reported["value"]!);
        Assert.Contains((string)outcome["job"]!, Assert.Single(server.PullRequest.Comments).Body, StringComparison.Ordinal);
        var status = server.Statuses.Last();
        Assert.Equal((head, "success", "model-training/verdict"), (status.Target, status.State, status.Name));
        Assert.DoesNotContain("train", server.PullRequest.Labels);

        await engine.OutputOfAsync("image", "rm", "--force", image, $"{engine.Registry}/{OfPullRequests}:{tag}");
    }

    private static async Task RunAsync(GitHubRun run)
    {
        await run.RunAsync();
        Assert.All(run.Steps, step => Assert.True(step.ExitCode == 0, $"{step.Name}: {step.Output}"));
    }

    private static async Task<JsonNode> ReadAsync(PipelineCheckout checkout, string file) =>
        JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(checkout.Root, file), TestContext.Current.CancellationToken))!;

    [GeneratedRegex("sha-[0-9a-f]{20}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContentTag();
}
