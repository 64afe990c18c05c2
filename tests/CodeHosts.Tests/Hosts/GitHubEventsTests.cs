using System.Text.Json.Nodes;
using CodeHosts.Gate;
using CodeHosts.Http;
using Fixtures;
using Fixtures.CodeHosts;

namespace CodeHosts.Tests.Hosts;

public sealed class GitHubEventsTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private GitHubServer server = null!;
    private TestHost test = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await GitHubServer.StartAsync(Cancellation);
        server.PullRequest.Labels.Add("train");
        server.PullRequest.Files.Add(("exp_configs/demo.json", "modified", null));
        test = new TestHost(server.Variables);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return server.DisposeAsync();
    }

    [Fact]
    public async Task ReadAsync_Launches_WhenAWriterSetsTheLabel()
    {
        var decision = await DecideAsync("pull_request", server.Event("labeled", label: "train"));

        Assert.Equal(Decision.Launch, decision.Decision);
        Assert.Equal(new string('a', 40), decision.Commit);
    }

    [Fact]
    public async Task ReadAsync_Refuses_WhenTheHeadMovedAfterTheLabel()
    {
        var payload = server.Event("labeled", label: "train");
        server.Push(new string('b', 40));

        Assert.Equal("head moved", (await DecideAsync("pull_request", payload)).Rule);
    }

    [Fact]
    public async Task ReadAsync_Launches_WhenAWriterComments()
    {
        var payload = server.Event("created", comment: server.Comment("octocat", "/train exp_configs/pothole.json"));

        var decision = await DecideAsync("issue_comment", payload);

        Assert.Equal(Decision.Launch, decision.Decision);
        Assert.Equal("exp_configs/pothole.json", Assert.Single(decision.Experiments).ExpConfig);
    }

    [Fact]
    public async Task ReadAsync_Refuses_WhenSomethingWasPushedAfterTheComment()
    {
        var payload = server.Event("created", comment: server.Comment("octocat", "/train exp_configs/demo.json"));
        server.Now = server.Now.AddSeconds(3);
        server.Push(new string('b', 40));

        Assert.Equal("head moved", (await DecideAsync("issue_comment", payload)).Rule);
    }

    [Fact]
    public async Task ReadAsync_Refuses_WhenGitHubDoesNotListPushes()
    {
        server.HasActivity = false;
        var payload = server.Event("created", comment: server.Comment("octocat", "/train exp_configs/demo.json"));

        Assert.Equal("head unknown", (await DecideAsync("issue_comment", payload)).Rule);
    }

    [Fact]
    public async Task ReadAsync_Refuses_AFileThatIsALink()
    {
        server.Contents.Add("exp_configs/a.link.json");
        var payload = server.Event("created", comment: server.Comment("octocat", "/train exp_configs/a.link.json"));

        Assert.Equal("missing file", (await DecideAsync("issue_comment", payload)).Rule);
    }

    [Fact]
    public async Task ReadAsync_SendsNoRequest_ForACommentThatIsNoCommand()
    {
        var payload = server.Event("created", comment: server.Comment("octocat", "looks good"));

        Assert.Equal("no command", (await DecideAsync("issue_comment", payload)).Rule);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("edited", "edited comment")]
    [InlineData("deleted", "edited comment")]
    public async Task ReadAsync_Refuses_AnEditedComment(string action, string rule)
    {
        var payload = server.Event(action, comment: server.Comment("octocat", "/train exp_configs/demo.json"));

        Assert.Equal(rule, (await DecideAsync("issue_comment", payload)).Rule);
    }

    [Fact]
    public async Task ReadAsync_Skips_ACommentOnAnIssue()
    {
        var payload = server.Event("created", comment: server.Comment("octocat", "/train exp_configs/demo.json"), isIssue: true);

        Assert.Equal("no pull request", (await DecideAsync("issue_comment", payload)).Rule);
    }

    [Theory]
    [InlineData("someone/model-training", "fork")]
    [InlineData(null, "deleted fork")]
    public async Task ReadAsync_Refuses_Forks(string? repository, string rule)
    {
        server.PullRequest.HeadRepository = repository;

        Assert.Equal(rule, (await DecideAsync("pull_request_target", server.Event("labeled", label: "train"))).Rule);
        var payload = server.Event("created", comment: server.Comment("octocat", "/train exp_configs/demo.json"));
        Assert.Equal(rule, (await DecideAsync("issue_comment", payload)).Rule);
    }

    [Fact]
    public async Task ReadAsync_Refuses_Bots() =>
        Assert.Equal(
            "bot",
            (await DecideAsync("pull_request", server.Event("labeled", "dependabot[bot]", "train", senderType: "Bot"))).Rule
        );

    [Theory]
    [InlineData("triage")]
    [InlineData("read")]
    public async Task ReadAsync_Refuses_WithoutWriteAccess(string role)
    {
        server.Permissions["octocat"] = role;

        Assert.Equal("no write access", (await DecideAsync("pull_request", server.Event("labeled", label: "train"))).Rule);
    }

    [Fact]
    public async Task ReadAsync_Refuses_WhenTheLabelIsGone()
    {
        var payload = server.Event("labeled", label: "train");
        server.PullRequest.Labels.Clear();

        Assert.Equal("label removed", (await DecideAsync("pull_request", payload)).Rule);
    }

    [Theory]
    [InlineData("opened")]
    [InlineData("synchronize")]
    [InlineData("reopened")]
    public async Task ReadAsync_Proposes_WhenThePullRequestChanges(string action) =>
        Assert.Equal("proposal", (await DecideAsync("pull_request", server.Event(action))).Rule);

    [Theory]
    [InlineData("merge_group", """{"action":"checks_requested","merge_group":{"head_sha":"abc"}}""", "merge group")]
    [InlineData("push", """{"after":"abc"}""", "no pull request event")]
    [InlineData("schedule", "{}", "no pull request event")]
    [InlineData("workflow_dispatch", """{"inputs":null}""", "no pull request event")]
    [InlineData("pull_request", "{}", "no pull request")]
    public async Task ReadAsync_Skips_OtherEvents(string name, string payload, string rule) =>
        Assert.Equal(rule, (await DecideAsync(name, JsonNode.Parse(payload)!)).Rule);

    [Fact]
    public void Open_SaysWhatIsMissing_WithoutAnEvent() =>
        Assert.Contains("GITHUB_EVENT_PATH is missing", Assert.Throws<CodeHostException>(() => test.OpenEvent()).Message);

    private async Task<LaunchDecision> DecideAsync(string name, JsonNode payload)
    {
        test.Variables["GITHUB_EVENT_NAME"] = name;
        test.Variables["GITHUB_EVENT_PATH"] = folder.Write("event.json", payload.ToJsonString());
        return LaunchGate.Decide(await test.OpenEvent().ReadAsync(Cancellation));
    }
}
