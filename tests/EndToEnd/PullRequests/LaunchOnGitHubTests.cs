using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fixtures.Checkouts;
using Fixtures.CodeHosts;
using Fixtures.Pipelines;

namespace EndToEnd.PullRequests;

/// <summary>Every script step of launch.yml in order, against the emulator and a server of GitHub.</summary>
public sealed partial class LaunchOnGitHubTests(DemoData data)
{
    private const string Experiment = "exp_configs/demo.json";
    private const int MostReports = 40;

    [Fact]
    public async Task Label_TrainsReportsAndComments_AndASecondPushEditsTheComment_AndFailsWhereItsModelIsWorse()
    {
        await using var checkout = await PipelineCheckout.CreateAsync(data);
        await using var server = await StartAsync();
        var (head, merge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        server.Push(head);

        var run = await LabelAsync(checkout, server, head, merge);

        Assert.Equal(["authorize", "train", "verdict"], run.Jobs);
        Assert.Equal(["Authorize", "Launch", "Report", "Comment"], run.Steps.Select(step => step.Name));
        Assert.All(run.Steps, step => Assert.True(step.ExitCode == 0, step.Output));
        Assert.Contains($"{Experiment} at commit {head[..12]}", run.Step("Launch").Output, StringComparison.Ordinal);
        Assert.Contains("**launch**", run.Summary, StringComparison.Ordinal);
        var comment = Assert.Single(server.PullRequest.Comments);
        Assert.Equal(CodeHostNames.ActionsId, comment.AuthorId);
        Assert.Contains("demo", comment.Body, StringComparison.Ordinal);
        var status = server.Statuses.Last();
        Assert.Equal((head, "success", "model-training/verdict"), (status.Target, status.State, status.Name));
        // Removed, so that a push does not spend again by itself.
        Assert.DoesNotContain("train", server.PullRequest.Labels);

        var before = comment.Body;
        var baseline = await TrainMainAsync(checkout);
        var (second, secondMerge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "5"));
        server.Push(second);
        run = await LabelAsync(checkout, server, second, secondMerge);

        Assert.All(run.Steps, step => Assert.True(step.ExitCode == 0, step.Output));
        var edited = Assert.Single(server.PullRequest.Comments);
        Assert.Equal(comment.Id, edited.Id);
        Assert.NotEqual(before, edited.Body);
        Assert.Contains("worse", edited.Body, StringComparison.Ordinal);
        status = server.Statuses.Last();
        Assert.Equal((second, "failure"), (status.Target, status.State));
        Assert.Contains("eval_mAP", status.Description, StringComparison.Ordinal);
        var report = await ReadAsync(Path.Combine(checkout.Root, "artifacts", "report.json"));
        Assert.Equal((baseline, "worse"), ((string?)report["baseline"]!["job"], (string?)report["verdict"]));
    }

    [Fact]
    public async Task Label_IsRefusedWithTheReasonInTheSummary_OnAFork()
    {
        await using var checkout = await PipelineCheckout.CreateAsync(data: null);
        await using var server = await StartAsync();
        var (head, merge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        server.Push(head);
        server.PullRequest.HeadRepository = "someone/model-training";
        server.PullRequest.Labels.Add("train");
        // A fork's token can only read.
        server.Scopes["pull_requests"] = server.Scopes["issues"] = server.Scopes["statuses"] = "read";
        var run = new GitHubRun(checkout, server, "label-fork", head, merge);

        await run.RunAsync();

        Assert.Equal(["authorize"], run.Jobs);
        Assert.Equal(0, Assert.Single(run.Steps).ExitCode);
        Assert.Contains("the code is in a fork, whose code is never trained", run.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, request => request.Method != "GET");
        Assert.False(Directory.Exists(Path.Combine(checkout.Root, ".local")), "something was started");
    }

    [Fact]
    public async Task Label_IsRefused_WhenSomethingWasPushedSince()
    {
        await using var checkout = await PipelineCheckout.CreateAsync(data: null);
        await using var server = await StartAsync();
        var (head, merge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        server.Push(new string('b', 40));

        var run = await LabelAsync(checkout, server, head, merge);

        Assert.Equal(["authorize"], run.Jobs);
        Assert.Contains("something was pushed after the request", run.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comment_TrainsWithItsOverrides_AndShowsProgress_AndStatusAndCancelRespond()
    {
        await using var checkout = await PipelineCheckout.CreateAsync(data);
        await using var server = await StartAsync();
        var (head, merge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        // Pushed before the comment; the event has the time of the comment.
        server.Now = server.Now.AddMinutes(-30);
        server.Push(head);
        server.Now = server.Now.AddMinutes(30);
        var launch = Comment(checkout, server, head, merge, $"/train {Experiment} RUN_PARAMS.STEPS=100000");
        launch.Arguments.Add("--variables={\"FAIL_ON\":\"worse:eval_mAP\"}");
        GitHubRun? status = null;
        GitHubRun? cancel = null;
        // The job runs until it is cancelled. The cancellation comes from another machine, with its own checkout.
        var training = launch.RunAsync();
        await TrainerProcesses.UntilAsync(() => training.IsCompleted || server.ReadComments().Any(IsVerdict), "the job is named");
        Assert.False(training.IsCompleted, string.Join(Environment.NewLine, launch.Steps.Select(step => step.Output)));
        await using (var other = await PipelineCheckout.CreateAsync(data: null))
        {
            other.ShareWorkspace(checkout);
            status = Comment(other, server, head, merge, "/status");
            await status.RunAsync();
            await ShowProgressAsync(other, server);
            await Comment(other, server, head, merge, "/status").RunAsync();
            Assert.Matches(@"`Running: step [1-9]\d* of 100000, ETA \d[^`]*`", server.ReadComments().Single(IsVerdict).Body);
            cancel = Comment(other, server, head, merge, "/cancel");
            await cancel.RunAsync();
        }

        await training;

        Assert.Equal(["authorize", "answer"], status.Jobs);
        Assert.Equal(["authorize", "answer"], cancel.Jobs);
        Assert.All(status.Steps.Concat(cancel.Steps), step => Assert.True(step.ExitCode == 0, step.Output));
        Assert.Contains("Canceled", cancel.Step("Launch").Output, StringComparison.Ordinal);
        Assert.Equal(["authorize", "train", "verdict"], launch.Jobs);
        Assert.NotEqual(0, launch.Step("Launch").ExitCode);
        Assert.Equal(0, launch.Step("Comment").ExitCode);
        Assert.NotEqual("success", server.Statuses.Last().State);
        Assert.Single(server.PullRequest.Comments, one => one.AuthorId == CodeHostNames.ActionsId);
        Assert.Empty(checkout.Trainers);
    }

    /// <summary>Reports the running job, and puts the report on the pull request.</summary>
    private static async Task ShowProgressAsync(PipelineCheckout checkout, GitHubServer server)
    {
        var job = JobName().Match(server.ReadComments().Single(IsVerdict).Body).Value;
        JsonNode? eta = null;
        // The job has no steps yet while its trainer starts.
        for (var reports = 0; eta is null && reports < MostReports; reports++)
        {
            await checkout.SucceedAsync("--target=Report", $"--job={job}");
            eta = (await ReadAsync(Path.Combine(checkout.Root, "artifacts", "report.json")))["progress"]?["etaSeconds"];
        }

        foreach (var (name, value) in server.Variables)
            checkout.Variables[name] = value;
        await checkout.SucceedAsync("--target=Comment");

        Assert.Matches(@"\*\*Running\*\*: step [1-9]\d* of 100000, ETA \d", server.ReadComments().Single(IsVerdict).Body);
        Assert.Equal("pending", server.Statuses.Last().State);
    }

    private static bool IsVerdict(HostedComment comment) =>
        comment.AuthorId == CodeHostNames.ActionsId && comment.Body.StartsWith("<!-- model-training:verdict -->", StringComparison.Ordinal);

    private static async Task<GitHubServer> StartAsync()
    {
        var server = await GitHubServer.StartAsync(TestContext.Current.CancellationToken);
        server.PullRequest.Files.Add((Experiment, "modified", null));
        return server;
    }

    private static async Task<GitHubRun> LabelAsync(PipelineCheckout checkout, GitHubServer server, string head, string merge)
    {
        server.PullRequest.Labels.Add("train");
        var run = new GitHubRun(checkout, server, "label", head, merge);
        await run.RunAsync();
        return run;
    }

    private static GitHubRun Comment(PipelineCheckout checkout, GitHubServer server, string head, string merge, string body)
    {
        server.Comment("octocat", body);
        // The default branch is checked out for a comment; its merge is that branch.
        var run = new GitHubRun(checkout, server, "comment", head, merge);
        run.Arguments.Add($"--comment={body}");
        return run;
    }

    /// <summary>Trains the experiment of main, and makes its predictions perfect, because few steps do not reach that.</summary>
    /// <returns>The job.</returns>
    private static async Task<string> TrainMainAsync(PipelineCheckout checkout)
    {
        await checkout.GitAsync("checkout", "--quiet", "main");
        await checkout.SucceedAsync("--target=Train");
        var job = (string)(await ReadAsync(Path.Combine(checkout.Root, "artifacts", "outcome.json")))["job"]!;
        var truth = Directory
            .EnumerateFiles(Path.Combine(checkout.Root, ".local", "emulator"), "ground_truth.json", SearchOption.AllDirectories)
            .First(file => file.Contains(job, StringComparison.Ordinal));
        var predictions = (await ReadAsync(truth))["annotations"]!
            .AsArray()
            .Select(box =>
                (JsonNode)
                    new JsonObject
                    {
                        ["image_id"] = box!["image_id"]!.DeepClone(),
                        ["category_id"] = box["category_id"]!.DeepClone(),
                        ["bbox"] = box["bbox"]!.DeepClone(),
                        ["score"] = 0.99,
                    }
            );
        await File.WriteAllTextAsync(
            Path.Combine(Path.GetDirectoryName(truth)!, "predictions.json"),
            new JsonArray([.. predictions]).ToJsonString(),
            TestContext.Current.CancellationToken
        );
        return job;
    }

    private static async Task<JsonNode> ReadAsync(string file) =>
        JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;

    [GeneratedRegex("demo-[0-9a-f]{12}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JobName();
}
