using CodeHosts.Gate;
using CodeHosts.Http;
using Fixtures.CodeHosts;

namespace CodeHosts.Tests.Hosts;

/// <summary>
/// A run of Azure Pipelines for a pull request on GitHub, as a push or the comment <c>/azp run</c> starts it: both set the same variables.
/// </summary>
public sealed class AzureRunOnGitHubTests : IAsyncLifetime
{
    private GitHubServer server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Dictionary<string, string> Variables =>
        new(StringComparer.Ordinal)
        {
            ["TF_BUILD"] = "True",
            ["BUILD_REASON"] = "PullRequest",
            ["BUILD_REPOSITORY_NAME"] = CodeHostNames.Repository,
            ["BUILD_REPOSITORY_PROVIDER"] = "GitHub",
            ["BUILD_SOURCEVERSION"] = new('c', 40),
            ["GITHUB_API_URL"] = server.Address.ToString(),
            ["GITHUB_TOKEN"] = server.Variables["GITHUB_TOKEN"],
            ["SYSTEM_PULLREQUEST_ISFORK"] = server.PullRequest.HeadRepository == CodeHostNames.Repository ? "False" : "True",
            ["SYSTEM_PULLREQUEST_PULLREQUESTID"] = "1700000000", // The pull request's number is beside it.
            ["SYSTEM_PULLREQUEST_PULLREQUESTNUMBER"] = "42",
            ["SYSTEM_PULLREQUEST_SOURCECOMMITID"] = server.PullRequest.Head,
        };

    public async ValueTask InitializeAsync()
    {
        server = await GitHubServer.StartAsync(Cancellation);
        server.PullRequest.Files.Add(("exp_configs/demo.json", "modified", null));
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task ReadAsync_OnlyProposes_BeforeTheApproval()
    {
        server.Comment("octocat", "/azp run");

        var decision = await DecideAsync(isApproved: false);

        Assert.Equal((Decision.Skip, "proposal"), (decision.Decision, decision.Rule));
    }

    [Fact]
    public async Task ReadAsync_Launches_BehindTheApproval()
    {
        server.Comment("octocat", "/azp run");

        var decision = await DecideAsync(isApproved: true);

        Assert.Equal((Decision.Launch, new string('a', 40)), (decision.Decision, decision.Commit));
        Assert.Equal("exp_configs/demo.json", Assert.Single(decision.Experiments).ExpConfig);
    }

    [Theory]
    [InlineData("someone/model-training", "fork")]
    [InlineData(null, "deleted fork")]
    public async Task ReadAsync_Refuses_Forks_BehindTheApproval(string? repository, string rule)
    {
        server.PullRequest.HeadRepository = repository;

        Assert.Equal(rule, (await DecideAsync(isApproved: true)).Rule);
    }

    [Fact]
    public async Task ReadAsync_Refuses_WhenSomethingWasPushedAfterTheRunBegan()
    {
        var test = new TestHost(Variables);
        server.Push(new string('b', 40));

        var request = await test.OpenEvent(isApproved: true).ReadAsync(Cancellation);

        Assert.Equal("head moved", LaunchGate.Decide(request).Rule);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("$(GITHUB_TOKEN)")]
    public void Open_NamesTheVariableGroup_WhenTheTokenIsMissing(string? token)
    {
        var variables = Variables;
        variables["GITHUB_TOKEN"] = token!;

        var exception = Assert.Throws<CodeHostException>(() => new TestHost(variables).Open());

        Assert.Contains("GITHUB_TOKEN is missing", exception.Message, StringComparison.Ordinal);
        Assert.Contains("`gitHubTokenGroup`", exception.Message, StringComparison.Ordinal);
    }

    private async Task<LaunchDecision> DecideAsync(bool isApproved) =>
        LaunchGate.Decide(await new TestHost(Variables).OpenEvent(isApproved).ReadAsync(Cancellation));
}
