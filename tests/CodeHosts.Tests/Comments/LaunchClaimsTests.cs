using CodeHosts.Comments;
using CodeHosts.Gate;
using CodeHosts.Tests.Hosts;
using Fixtures.CodeHosts;

namespace CodeHosts.Tests.Comments;

/// <summary>Two launches of one pull request at the same moment, interleaved at every request.</summary>
public sealed class LaunchClaimsTests
{
    private const int Number = 42;
    private const string Commit = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public async Task Launches_KeepTheCapAndEveryJob_WhereverBothAreHeldOnGitHub(int most, int expected)
    {
        await using var server = await GitHubServer.StartAsync(Cancellation);

        var runs = await InterleaveAsync(server, server.Variables, server.PullRequest, most, expected, holdsBoth: true);

        Assert.True(runs > 100, $"{runs}");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public async Task Launches_KeepTheCapAndEveryJob_WhereverOneIsHeldOnAzureDevOps(int most, int expected)
    {
        await using var server = await AzureDevOpsServer.StartAsync(Cancellation);

        var runs = await InterleaveAsync(server, server.Variables, server.PullRequest, most, expected, holdsBoth: false);

        Assert.True(runs > 10, $"{runs}");
    }

    [Fact]
    public async Task ClaimAsync_CountsAKilledLaunch_UntilItsTimeIsOver()
    {
        await using var server = await GitHubServer.StartAsync(Cancellation);
        var test = new TestHost(server.Variables);
        var claims = Open(test);
        Assert.NotNull(await ClaimAsync(claims, "exp_configs/a.json", most: 1));

        Assert.Null(await ClaimAsync(claims, "exp_configs/b.json", most: 1));
        await Task.Delay(LaunchClaims.Longest, test.Time, Cancellation);
        var later = await ClaimAsync(claims, "exp_configs/b.json", most: 1);

        Assert.NotNull(later);
        await claims.FinishAsync(Number, later, [Job("exp_configs/b.json")], Show, Cancellation);
        Assert.Single(server.PullRequest.Comments, comment => !comment.IsDeleted);
    }

    [Fact]
    public async Task ClaimAsync_DoesNotCountTheSameRequest()
    {
        await using var server = await GitHubServer.StartAsync(Cancellation);
        var claims = Open(new TestHost(server.Variables));
        Assert.NotNull(await ClaimAsync(claims, "exp_configs/a.json", most: 1));

        Assert.NotNull(await ClaimAsync(claims, "exp_configs/a.json", most: 1));
        Assert.Null(await ClaimAsync(claims, "exp_configs/a.json", most: 1, isAgain: true));
    }

    [Fact]
    public async Task ClaimAsync_ClaimsOnce_WhenTheResponseIsLost()
    {
        await using var server = await GitHubServer.StartAsync(Cancellation);
        server.Script("POST /repos/example/model-training/issues/42/comments", 502, "<html>bad gateway</html>", "text/html");
        var claims = Open(new TestHost(server.Variables));

        Assert.NotNull(await ClaimAsync(claims, "exp_configs/a.json", most: 1));
        Assert.Single(server.PullRequest.Comments);
    }

    [Fact]
    public async Task FinishAsync_EndsTheClaimAndKeepsTheJobs_WhenTheRunWasCancelled()
    {
        await using var server = await GitHubServer.StartAsync(Cancellation);
        var claims = Open(new TestHost(server.Variables));
        var claim = await ClaimAsync(claims, "exp_configs/a.json", most: 1);

        await claims.FinishAsync(Number, claim!, [Job("exp_configs/a.json")], Show, new CancellationToken(canceled: true));

        var comment = Assert.Single(server.PullRequest.Comments, comment => !comment.IsDeleted);
        Assert.Equal("exp_configs/a.json", Assert.Single(CommentText.Read(comment.Body).Jobs).ExpConfig);
    }

    [Fact]
    public async Task CountAsync_IgnoresTheClaimsOfOthers()
    {
        await using var server = await GitHubServer.StartAsync(Cancellation);
        var claims = Open(new TestHost(server.Variables));
        await ClaimAsync(claims, "exp_configs/a.json", most: 1);
        server.Comment("mallory", server.PullRequest.Comments.Single().Body);
        server.PullRequest.Comments[0].IsDeleted = true;

        Assert.Equal(0, await claims.CountAsync(Number, Commit, [new("exp_configs/b.json", [])], isAgain: false, Cancellation));
    }

    /// <summary>Runs two launches for every pair of requests at which they can be held.</summary>
    /// <returns>The number of pairs.</returns>
    private static async Task<int> InterleaveAsync(
        CodeHostServer server,
        IReadOnlyDictionary<string, string> variables,
        HostedPullRequest pullRequest,
        int most,
        int expected,
        bool holdsBoth
    )
    {
        var runs = 0;
        for (var (first, firstIsHeld) = (0, true); firstIsHeld; first++)
        {
            for (var (second, secondIsHeld) = (0, holdsBoth); second == 0 || secondIsHeld; second++, runs++)
            {
                pullRequest.Comments.Clear();
                var submitted = new List<string>();
                var early = server.Hold(first);
                var one = LaunchAsync(variables, "exp_configs/a.json", most, submitted);
                firstIsHeld = await early.IsHeldAsync(one);
                var late = server.Hold(holdsBoth ? second : int.MaxValue);
                var other = LaunchAsync(variables, "exp_configs/b.json", most, submitted);
                secondIsHeld = await late.IsHeldAsync(other) && firstIsHeld;
                early.Release();
                await one;
                late.Release();
                await other;

                var left = pullRequest.Comments.Where(comment => !comment.IsDeleted).ToList();
                var place = $"held at {first} and {second}: {string.Join(", ", submitted)}";
                Assert.True(submitted.Count == expected, place);
                Assert.True(left.Count == 1, $"{place}: {left.Count} comments");
                var text = CommentText.Read(left[0].Body);
                Assert.Equal(submitted.Order(StringComparer.Ordinal), text.Jobs.Select(job => job.Job).Order(StringComparer.Ordinal));
                Assert.All(submitted, job => Assert.Contains($"| {job} |", left[0].Body, StringComparison.Ordinal));
            }
        }

        return runs;
    }

    private static async Task LaunchAsync(
        IReadOnlyDictionary<string, string> variables,
        string experiment,
        int most,
        List<string> submitted
    )
    {
        var claims = Open(new TestHost(variables));
        if (await ClaimAsync(claims, experiment, most) is not { } claim)
            return;
        var job = Job(experiment);
        lock (submitted)
            submitted.Add(job.Job);
        await claims.FinishAsync(Number, claim, [job], Show, Cancellation);
    }

    private static LaunchClaims Open(TestHost test)
    {
        var host = test.Open();
        return new(host, new CommentPublisher(host, test.Time), test.Time);
    }

    private static Task<LaunchClaim?> ClaimAsync(LaunchClaims claims, string experiment, int most, bool isAgain = false) =>
        claims.ClaimAsync(Number, Commit, [new RequestedExperiment(experiment, [])], isAgain, most, Cancellation);

    private static LaunchedJob Job(string experiment) =>
        new(
            Path.GetFileNameWithoutExtension(experiment) + "-0123456789ab",
            experiment,
            [],
            "local_config.json",
            Commit,
            DateTimeOffset.MaxValue,
            "Queued",
            Page: null
        );

    private static string Show(CommentText text, IReadOnlyList<LaunchedJob> jobs)
    {
        foreach (var job in jobs)
            text.Set(job);
        text.Set("jobs", string.Join('\n', text.Jobs.Select(job => $"| {job.Job} |")));
        return "jobs";
    }
}
