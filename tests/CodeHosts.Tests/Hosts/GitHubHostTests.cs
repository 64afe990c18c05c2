using CodeHosts.Comments;
using CodeHosts.Facts;
using CodeHosts.Hosts;
using CodeHosts.Http;
using Fixtures.CodeHosts;

namespace CodeHosts.Tests.Hosts;

public sealed class GitHubHostTests : IAsyncLifetime
{
    private GitHubServer server = null!;
    private TestHost test = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await GitHubServer.StartAsync(Cancellation);
        test = new TestHost(server.Variables);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("admin", Permission.Admin)]
    [InlineData("maintain", Permission.Maintain)]
    [InlineData("write", Permission.Write)]
    [InlineData("triage", Permission.Triage)]
    [InlineData("read", Permission.Read)]
    [InlineData("none", Permission.None)]
    public async Task ReadPermissionAsync_ReadsTheRole(string role, Permission permission)
    {
        server.Permissions["hubot"] = role;

        Assert.Equal(permission, await test.Open().ReadPermissionAsync("hubot", Cancellation));
    }

    [Fact]
    public async Task ReadPermissionAsync_ReturnsTheStandardRole_WhenTheRoleIsCustom()
    {
        server.Script("GET /repos/example/model-training/collaborators/hubot", 200, """{"permission":"write","role_name":"ml-engineer"}""");

        Assert.Equal(Permission.Write, await test.Open().ReadPermissionAsync("hubot", Cancellation));
    }

    [Fact]
    public async Task ReadPermissionAsync_IsNone_ForAnUnknownAccount() =>
        Assert.Equal(Permission.None, await test.Open().ReadPermissionAsync("no/../body", Cancellation));

    [Fact]
    public async Task ReadChangedFilesAsync_ReadsEveryPage()
    {
        server.PullRequest.Files.AddRange(Enumerable.Range(0, 250).Select(index => ($"docs/{index}.md", "added", (string?)null)));

        var changes = await test.Open().ReadChangedFilesAsync(42, Cancellation);

        Assert.Equal(250, changes.Files.Count);
        Assert.True(changes.IsComplete);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task ReadChangedFilesAsync_IsIncomplete_AtTheLimitOfGitHub()
    {
        server.PullRequest.Files.AddRange(Enumerable.Range(0, 3000).Select(index => ($"docs/{index}.md", "added", (string?)null)));

        Assert.False((await test.Open().ReadChangedFilesAsync(42, Cancellation)).IsComplete);
    }

    [Fact]
    public async Task ReadPullRequestAsync_KnowsForks()
    {
        Assert.Equal(CodeSource.SameRepository, (await test.Open().ReadPullRequestAsync(42, Cancellation)).Source);
        server.PullRequest.HeadRepository = "someone/model-training";
        Assert.Equal(CodeSource.Fork, (await test.Open().ReadPullRequestAsync(42, Cancellation)).Source);
        server.PullRequest.HeadRepository = null;
        Assert.Equal(CodeSource.DeletedFork, (await test.Open().ReadPullRequestAsync(42, Cancellation)).Source);
    }

    [Fact]
    public async Task PublishAsync_EditsTheOneComment_OnALaterPage()
    {
        foreach (var index in Enumerable.Range(0, 130))
            server.Comment("octocat", $"comment {index}");
        var publisher = new CommentPublisher(test.Open(), test.Time);

        Assert.Equal(CommentChange.Created, await PublishAsync(publisher, "first"));
        Assert.Equal(CommentChange.Edited, await PublishAsync(publisher, "second"));
        Assert.Equal(CommentChange.Unchanged, await PublishAsync(publisher, "second"));

        var own = Assert.Single(server.PullRequest.Comments, comment => comment.AuthorId == CodeHostNames.ActionsId);
        Assert.Contains("second", own.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishAsync_FindsTheComment_AfterAForcePushAReopeningAndAnotherAttempt()
    {
        await PublishAsync(new CommentPublisher(test.Open(), test.Time), "first");
        server.Push(new string('b', 40));
        server.PullRequest.State = "closed";
        server.PullRequest.State = "open";
        // A later run is another process: nothing is remembered but what GitHub has.
        var later = new TestHost(server.Variables);

        Assert.Equal(CommentChange.Edited, await PublishAsync(new CommentPublisher(later.Open(), later.Time), "second"));
        Assert.Single(server.PullRequest.Comments);
    }

    [Fact]
    public async Task PublishAsync_IgnoresTheMarkerOfOthers()
    {
        server.Comment("mallory", CommentText.Marker + "\n## Model training\n");

        Assert.Equal(CommentChange.Created, await PublishAsync(new CommentPublisher(test.Open(), test.Time), "own"));
        Assert.Equal(2, server.PullRequest.Comments.Count);
        Assert.DoesNotContain("own", server.PullRequest.Comments[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishAsync_WritesANewComment_WhenItIsDeletedMeanwhile()
    {
        var publisher = new CommentPublisher(test.Open(), test.Time);
        await PublishAsync(publisher, "first");
        // The list passes, and the change is held.
        var change = server.Hold(after: 1);
        var second = PublishAsync(publisher, "second");
        Assert.True(await change.IsHeldAsync(second));
        server.PullRequest.Comments.Single().IsDeleted = true;
        change.Release();

        Assert.Equal(CommentChange.Created, await second);
        Assert.Contains("second", Assert.Single(server.PullRequest.Comments, one => !one.IsDeleted).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishAsync_WritesANewComment_WhenItWasDeleted()
    {
        var publisher = new CommentPublisher(test.Open(), test.Time);
        await PublishAsync(publisher, "first");
        server.PullRequest.Comments.Single().IsDeleted = true;

        Assert.Equal(CommentChange.Created, await PublishAsync(publisher, "second"));
    }

    [Fact]
    public async Task PublishAsync_WritesOneComment_WhenTheResponseIsLost()
    {
        server.Script("POST /repos/example/model-training/issues/42/comments", 502, "<html>bad gateway</html>", "text/html");

        Assert.Equal(CommentChange.Created, await PublishAsync(new CommentPublisher(test.Open(), test.Time), "first"));
        Assert.Single(server.PullRequest.Comments);
    }

    [Fact]
    public async Task ReadOwnIdAsync_RequestsTheGivenAccount()
    {
        server.Script("GET /users/my-app[bot]", 200, """{"id":7}""");

        Assert.Equal("7", await test.Open("my-app[bot]").ReadOwnIdAsync(Cancellation));
    }

    [Fact]
    public async Task SetStatusAsync_SetsTheVerdict()
    {
        var commit = new string('a', 40);

        await test.Open()
            .SetStatusAsync(
                42,
                commit,
                new(VerdictState.Failure, new string('x', 300), "https://ml.azure.com/runs/a?wsid=/b"),
                Cancellation
            );

        var status = Assert.Single(server.Statuses);
        Assert.Equal((commit, "failure", "model-training/verdict"), (status.Target, status.State, status.Name));
        Assert.Equal(140, status.Description.Length);
        Assert.Equal("https://ml.azure.com/runs/a?wsid=/b", status.Page);
    }

    [Fact]
    public async Task RemoveLabelAsync_IsNoError_WhenTheLabelIsNotSet()
    {
        server.PullRequest.Labels.Add("train");

        await test.Open().RemoveLabelAsync(42, "train", Cancellation);
        await test.Open().RemoveLabelAsync(42, "train", Cancellation);

        Assert.Empty(server.PullRequest.Labels);
    }

    [Fact]
    public async Task SendAsync_WaitsAsLongAsGitHubRequests_AtTheSecondaryLimit()
    {
        server.Script(
            "GET /repos",
            403,
            """{"message":"You have exceeded a secondary rate limit."}""",
            headers: [("retry-after", "17"), ("x-ratelimit-remaining", "4000")]
        );

        await test.Open().ReadPullRequestAsync(42, Cancellation);

        Assert.Equal([TimeSpan.FromSeconds(17)], test.Time.Waits);
    }

    [Fact]
    public async Task SendAsync_WaitsForTheReset_WhenNothingRemains()
    {
        var reset = new DateTimeOffset(2026, 1, 2, 3, 5, 5, TimeSpan.Zero);
        server.Script(
            "GET /repos",
            429,
            """{"message":"API rate limit exceeded"}""",
            headers:
            [
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", $"{reset.ToUnixTimeSeconds()}"),
                ("Date", "Fri, 02 Jan 2026 03:04:05 GMT"),
            ]
        );

        await test.Open().ReadPullRequestAsync(42, Cancellation);

        Assert.Equal([TimeSpan.FromSeconds(61)], test.Time.Waits);
    }

    [Fact]
    public async Task SendAsync_WaitsAMinuteAndLonger_WhenTheLimitSaysNothing()
    {
        foreach (var _ in Enumerable.Range(0, 3))
            server.Script("POST /repos", 403, """{"message":"You have exceeded a secondary rate limit."}""");

        await test.Open().CreateCommentAsync(42, "text", Cancellation);

        Assert.Equal([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4)], test.Time.Waits);
        Assert.Single(server.PullRequest.Comments);
    }

    [Fact]
    public async Task SendAsync_GivesUp_WhenTheLimitLastsTooLong()
    {
        server.Script(
            "GET /repos",
            403,
            """{"message":"API rate limit exceeded"}""",
            headers: [("retry-after", "3600"), ("x-ratelimit-reset", "1767330000")]
        );

        var exception = await Assert.ThrowsAsync<CodeHostException>(() => test.Open().ReadPullRequestAsync(42, Cancellation));

        Assert.Contains("more requests than GitHub allows until 2026-01-02 05:00:00 UTC", exception.Message, StringComparison.Ordinal);
        Assert.Empty(test.Time.Waits);
    }

    [Fact]
    public async Task SendAsync_NamesTheMissingPermission()
    {
        server.Scopes["issues"] = "read";
        server.Scopes["pull_requests"] = "read";

        var exception = await Assert.ThrowsAsync<CodeHostException>(() => test.Open().CreateCommentAsync(42, "text", Cancellation));

        Assert.Contains(
            "the permission `issues: write` or `pull-requests: write` in `permissions:`",
            exception.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(test.Time.Waits);
    }

    [Fact]
    public async Task SendAsync_ExplainsA404_OfAPrivateResource()
    {
        var exception = await Assert.ThrowsAsync<CodeHostException>(() => test.Open().ReadPullRequestAsync(43, Cancellation));

        Assert.Equal(404, exception.Status);
        Assert.Contains("or the token may not read it", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_ExplainsA422()
    {
        var exception = await Assert.ThrowsAsync<CodeHostException>(() =>
            test.Open().CreateCommentAsync(42, new string('x', 65_537), Cancellation)
        );

        Assert.Contains("at most 65536 characters", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_ExplainsTheLimitOfStatuses()
    {
        var commit = new string('a', 40);
        server.Statuses.AddRange(Enumerable.Repeat(new HostedStatus(commit, "success", "model-training/verdict", "", null), 1000));

        var exception = await Assert.ThrowsAsync<CodeHostException>(() =>
            test.Open().SetStatusAsync(42, commit, new(VerdictState.Success, "x", null), Cancellation)
        );

        Assert.Contains("1000 statuses", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_ShowsNoToken_WhateverTheHostSays()
    {
        server.Script("GET /repos", 400, $$"""{"message":"Bearer {{server.Token}} and {{server.Token}}"}""");

        var exception = await Assert.ThrowsAsync<CodeHostException>(() => test.Open().ReadPullRequestAsync(42, Cancellation));

        Assert.DoesNotContain(server.Token, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadPagesAsync_DoesNotFollowALinkToAnotherHost()
    {
        server.Script("GET /repos", 200, "[]", headers: [("Link", "<http://127.0.0.2:9/steal>; rel=\"next\"")]);

        Assert.Empty(await test.Open().ListCommentsAsync(42, Cancellation));
    }

    [Theory]
    [InlineData("GITHUB_TOKEN", "", "GITHUB_TOKEN is missing")]
    [InlineData("GITHUB_REPOSITORY", "../..", "it must be OWNER/NAME")]
    [InlineData("GITHUB_API_URL", "http://evil.example", "it must be https")]
    public void Open_Refuses_AFaultyVariable(string name, string value, string message)
    {
        test.Variables[name] = value;

        Assert.Contains(message, Assert.Throws<CodeHostException>(() => test.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Refuses_AtADesk() =>
        Assert.Contains(
            "runs in a pipeline",
            Assert.Throws<CodeHostException>(() => new TestHost(new Dictionary<string, string>()).Open()).Message
        );

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
