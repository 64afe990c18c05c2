using Fixtures.Checkouts;
using Fixtures.CodeHosts;
using Fixtures.Pipelines;

namespace EndToEnd.PullRequests;

/// <summary>Every script step of azure-launch.yml in order, against the emulator and a server of Azure DevOps.</summary>
public sealed class LaunchOnAzureTests(DemoData data)
{
    private const string Experiment = "exp_configs/demo.json";

    [Fact]
    public async Task Launch_TrainsReportsAndComments_AfterTheApproval()
    {
        await using var checkout = await PipelineCheckout.CreateAsync(data);
        await using var server = await StartAsync();
        var (head, merge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        server.Push(head);
        var run = new AzureRun(checkout, server, "label", head, merge);
        // As some agents write their folders.
        run.Arguments.Add("--trailing");
        var asked = "";
        run.BeforeJob = job =>
        {
            asked += job.StartsWith("Launch", StringComparison.Ordinal) ? run.Summary : "";
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Equal(["Authorize.Authorize", "Launch.Launch"], run.Jobs);
        Assert.All(run.Steps, step => Assert.True(step.ExitCode == 0, $"{step.Name}: {step.Output}"));
        Assert.Contains(Experiment, asked, StringComparison.Ordinal);
        Assert.Contains("an approver of the environment", run.Summary, StringComparison.Ordinal);
        Assert.Equal(head, await checkout.GitAsync("rev-parse", "HEAD"));
        var comment = Assert.Single(server.PullRequest.Comments, one => !one.IsDeleted);
        Assert.Equal(CodeHostNames.BuildServiceId, comment.AuthorId);
        Assert.Contains("demo", comment.Body, StringComparison.Ordinal);
        var status = server.Statuses.Last();
        Assert.Equal(("succeeded", "model-training/verdict"), (status.State, status.Name));
    }

    [Fact]
    public async Task Launch_TrainsNothing_WhenSomethingIsPushedWhileTheApprovalIsPending()
    {
        await using var checkout = await PipelineCheckout.CreateAsync(data: null);
        await using var server = await StartAsync();
        var (head, merge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        server.Push(head);
        var run = new AzureRun(checkout, server, "label", head, merge);
        run.BeforeJob = job =>
        {
            if (job.StartsWith("Launch", StringComparison.Ordinal))
                server.Push(new string('b', 40));
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Equal(["Authorize.Authorize", "Launch.Launch"], run.Jobs);
        Assert.DoesNotContain(run.Steps, step => step.Name is "Launch" or "Report" or "Comment" or "Check out the approved commit");
        Assert.Contains("something was pushed after the request", run.Summary, StringComparison.Ordinal);
        Assert.Empty(server.PullRequest.Comments);
    }

    [Fact]
    public async Task Launch_WaitsForNoApproval_WhenNoExperimentIsProposed()
    {
        await using var checkout = await PipelineCheckout.CreateAsync(data: null);
        await using var server = await StartAsync();
        server.PullRequest.Files.Clear();
        server.PullRequest.Files.Add(("docs/pipelines.md", "modified", null));
        var (head, merge) = await checkout.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        server.Push(head);
        var run = new AzureRun(checkout, server, "label", head, merge);

        await run.RunAsync();

        Assert.Equal(["Authorize.Authorize"], run.Jobs);
    }

    [Fact]
    public async Task Launch_IsRefusedWithTheReasonInTheSummary_OnAFork()
    {
        await using var checkout = await PipelineCheckout.CreateAsync(data: null);
        await using var server = await StartAsync();
        var run = new AzureRun(checkout, server, "label-fork", checkout.Main, checkout.Main);

        await run.RunAsync();

        Assert.Equal(["Authorize.Refuse"], run.Jobs);
        Assert.All(run.Steps, step => Assert.Equal(0, step.ExitCode));
        Assert.Contains("a fork, whose code is never trained", run.Summary, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    private static async Task<AzureDevOpsServer> StartAsync()
    {
        var server = await AzureDevOpsServer.StartAsync(TestContext.Current.CancellationToken);
        server.PullRequest.Files.Add((Experiment, "modified", null));
        return server;
    }
}
