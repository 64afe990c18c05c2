using CodeHosts.Comments;
using CodeHosts.Facts;
using CodeHosts.Gate;
using CodeHosts.Hosts;
using CodeHosts.Http;
using Fixtures.CodeHosts;

namespace CodeHosts.Tests.Hosts;

public sealed class AzureHostTests : IAsyncLifetime
{
    private const string Person = "aaaaaaaa-0000-0000-0000-000000000001";
    private const string Reader = "aaaaaaaa-0000-0000-0000-000000000002";

    private AzureDevOpsServer server = null!;
    private TestHost test = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await AzureDevOpsServer.StartAsync(Cancellation);
        server.PullRequest.Files.Add(("exp_configs/demo.json", "modified", null));
        test = new TestHost(server.Variables);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task ReadPermissionAsync_IsWrite_ByTheAccountOrAGroup()
    {
        Assert.Equal(Permission.Write, await test.Open().ReadPermissionAsync(Person, Cancellation));
        Assert.Equal(Permission.Read, await test.Open().ReadPermissionAsync(Reader, Cancellation));
        server.Contributors[Reader] = true;
        Assert.Equal(Permission.Write, await test.Open().ReadPermissionAsync(Reader, Cancellation));
    }

    [Fact]
    public async Task ReadPermissionAsync_IsNotWrite_WhenContributeIsDenied()
    {
        server.Denied.Add(Person);

        Assert.Equal(Permission.Read, await test.Open().ReadPermissionAsync(Person, Cancellation));
    }

    [Fact]
    public async Task ReadPermissionAsync_IsNone_ForAnUnknownAccount() =>
        Assert.Equal(Permission.None, await test.Open().ReadPermissionAsync("nobody", Cancellation));

    [Fact]
    public async Task ReadChangedFilesAsync_ReadsEveryPage()
    {
        server.PullRequest.Files.AddRange(Enumerable.Range(0, 2500).Select(index => ($"docs/{index}.md", "added", (string?)null)));

        Assert.Equal(2501, (await test.Open().ReadChangedFilesAsync(42, Cancellation)).Files.Count);
    }

    [Fact]
    public async Task PublishAsync_EditsTheOneComment_AndRecreatesItWhenDeleted()
    {
        var publisher = new CommentPublisher(test.Open(), test.Time);

        Assert.Equal(CommentChange.Created, await PublishAsync(publisher, "first"));
        Assert.Equal(CommentChange.Edited, await PublishAsync(publisher, "second"));
        server.PullRequest.Comments.Single().IsDeleted = true;
        Assert.Equal(CommentChange.Created, await PublishAsync(publisher, "third"));
    }

    [Fact]
    public async Task SetStatusAsync_BelongsToTheIterationOfTheCommit()
    {
        var approved = server.PullRequest.Head;
        server.Push(new string('b', 40));

        await test.Open().SetStatusAsync(42, approved, new(VerdictState.Success, "demo - better", null), Cancellation);

        var status = Assert.Single(server.Statuses);
        Assert.Equal(("1", "succeeded", "model-training/verdict"), (status.Target, status.State, status.Name));
    }

    [Fact]
    public async Task UploadPictureAsync_UploadsAPictureOnce()
    {
        var host = test.Open();

        var first = await host.UploadPictureAsync(42, "a.png", [1], Cancellation);

        Assert.Equal(first, await host.UploadPictureAsync(42, "a.png", [1], Cancellation));
        Assert.Equal(["a.png"], server.Attachments);
    }

    [Fact]
    public async Task SendAsync_ExplainsASignInPage()
    {
        test.Variables["SYSTEM_ACCESSTOKEN"] = "expired-token-77aa";

        var exception = await Assert.ThrowsAsync<CodeHostException>(() => test.Open().ReadPullRequestAsync(42, Cancellation));

        Assert.Equal(203, exception.Status);
        Assert.Contains("SYSTEM_ACCESSTOKEN: $(System.AccessToken)", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("expired-token-77aa", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_ExplainsTF401027()
    {
        server.MayContributeToPullRequests = false;

        var exception = await Assert.ThrowsAsync<CodeHostException>(() => test.Open().CreateCommentAsync(42, "x", Cancellation));

        Assert.Contains("allow \"Contribute to pull requests\"", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_WaitsAsLongAsTheHostRequests()
    {
        server.Script("GET /example", 429, "{}", headers: [("Retry-After", "30")]);

        await test.Open().ReadPullRequestAsync(42, Cancellation);

        Assert.Equal([TimeSpan.FromSeconds(30)], test.Time.Waits);
    }

    [Fact]
    public async Task ReadAsync_Proposes_WhenNoRunIsRequested()
    {
        var decision = LaunchGate.Decide(await test.OpenEvent().ReadAsync(Cancellation));

        Assert.Equal((Decision.Skip, "proposal"), (decision.Decision, decision.Rule));
        Assert.Equal(["exp_configs/demo.json"], decision.Experiments.Select(one => one.ExpConfig));
    }

    [Fact]
    public async Task ReadAsync_Launches_WhenTheStageIsApproved()
    {
        var decision = LaunchGate.Decide(await test.OpenEvent(isApproved: true).ReadAsync(Cancellation));

        Assert.Equal(Decision.Launch, decision.Decision);
        Assert.Equal(server.PullRequest.Head, decision.Commit);
    }

    [Fact]
    public async Task ReadAsync_Refuses_WhenTheHeadMovedAfterTheApproval()
    {
        server.Push(new string('b', 40));

        Assert.Equal("head moved", LaunchGate.Decide(await test.OpenEvent(isApproved: true).ReadAsync(Cancellation)).Rule);
    }

    [Fact]
    public async Task ReadAsync_ReadsTheNewestCommandSinceTheLastPush()
    {
        server.Comment("Ada", "/train exp_configs/pothole.json");
        server.Now = server.Now.AddMinutes(1);
        server.Comment("Ada", "/train exp_configs/demo.json RUN_PARAMS.STEPS=60");
        server.Now = server.Now.AddMinutes(1);
        server.Comment("Ada", "thanks");

        var decision = LaunchGate.Decide(await test.OpenEvent().ReadAsync(Cancellation));

        Assert.Equal(Decision.Launch, decision.Decision);
        Assert.Equal(["RUN_PARAMS.STEPS=60"], Assert.Single(decision.Experiments).Overrides);
    }

    [Fact]
    public async Task ReadAsync_IgnoresACommandBeforeTheLastPush()
    {
        server.Comment("Ada", "/train exp_configs/demo.json");
        server.Now = server.Now.AddMinutes(1);
        server.Push(new string('b', 40));
        test = new TestHost(server.Variables);

        Assert.Equal("proposal", LaunchGate.Decide(await test.OpenEvent().ReadAsync(Cancellation)).Rule);
    }

    [Fact]
    public async Task ReadAsync_RefusesACommandOfAReader_AndDoesNotLetItStopAnApproval()
    {
        server.Comment("Eve", "/train exp_configs/pothole.json", Reader);

        Assert.Equal("no write access", LaunchGate.Decide(await test.OpenEvent().ReadAsync(Cancellation)).Rule);
        var approved = LaunchGate.Decide(await test.OpenEvent(isApproved: true).ReadAsync(Cancellation));
        Assert.Equal(["exp_configs/demo.json"], approved.Experiments.Select(one => one.ExpConfig));
    }

    [Fact]
    public async Task ReadAsync_RefusesAFork_WhateverIsApproved()
    {
        server.PullRequest.HeadRepository = "someone/fork";
        test = new TestHost(server.Variables);

        Assert.Equal("fork", LaunchGate.Decide(await test.OpenEvent(isApproved: true).ReadAsync(Cancellation)).Rule);
    }

    private static Task<CommentChange> PublishAsync(CommentPublisher publisher, string section) =>
        publisher.PublishAsync(
            42,
            text =>
            {
                text.Set("verdict-demo", section);
                return "verdict-demo";
            },
            Cancellation
        );
}
