using Build.Tests.Doubles;
using Fixtures.CodeHosts;
using Fixtures.Services;

namespace Build.Tests.PullRequests;

/// <summary>The comment of a pull request while its job runs.</summary>
public sealed class LaunchProgressTests
{
    private const string Commit = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    private const string Job = "demo-000000000001";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Launch_ShowsTheProgressAndItsEnd_WhileTheJobIsFollowed()
    {
        await using var server = await StartAsync();
        var isShown = false;
        HostConsole? launched = null;
        using var host = AuthorizedHost.Create(server, "pull_request", server.Event("labeled", label: "train"), Job, most: 1, () =>
        {
            isShown = SpinWait.SpinUntil(
                () => Table(server).Contains("Running: step 60 of 240, ETA 3 min 0 s", StringComparison.Ordinal),
                Deadline
            );
            SetStatus(launched!, "Completed");
        });
        launched = host;
        SetStatus(host, "Running");
        host.Service.On(
            "GET",
            $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow/runs/get",
            FakeService.Json(200, """{"run":{"data":{"metrics":[{"key":"train_loss","value":1,"step":60,"timestamp":1767323105000}]}}}""")
        );

        var text = await Task.Run(() => host.Run("--target=Launch"), TestContext.Current.CancellationToken);

        Assert.StartsWith("exit code 0", text, StringComparison.Ordinal);
        Assert.True(isShown, Table(server));
        Assert.Contains("`Completed`", Table(server), StringComparison.Ordinal);
        Assert.DoesNotContain("ETA", Table(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Launch_FollowsItsJob_WhenTheProgressCannotBeShown()
    {
        await using var server = await StartAsync();
        using var host = AuthorizedHost.Create(server, "pull_request", server.Event("labeled", label: "train"), Job, most: 1);
        host.Service.On("GET", FakeService.RunPath(Job), FakeService.Json(403, """{"error":{"code":"Forbidden","message":"no"}}"""));

        var text = await Task.Run(() => host.Run("--target=Launch"), TestContext.Current.CancellationToken);

        Assert.StartsWith("exit code 0", text, StringComparison.Ordinal);
        Assert.Contains("may not show the progress: ", text, StringComparison.Ordinal);
        Assert.Contains("`Queued`", Table(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Launch_TriesAgain_WhenTheProgressCouldNotBeShown()
    {
        await using var server = await StartAsync();
        var isShown = false;
        using var host = AuthorizedHost.Create(server, "pull_request", server.Event("labeled", label: "train"), Job, most: 1, () =>
            isShown = SpinWait.SpinUntil(() => Table(server).Contains("`Completed`", StringComparison.Ordinal), Deadline)
        );
        var forbidden = FakeService.Json(403, """{"error":{"code":"Forbidden","message":"no"}}""");
        host.Service.OnEach("GET", FakeService.RunPath(Job), forbidden, forbidden, Status("Completed"));

        var text = await Task.Run(() => host.Run("--target=Launch"), TestContext.Current.CancellationToken);

        Assert.StartsWith("exit code 0", text, StringComparison.Ordinal);
        Assert.Single(text.Split("may not show the progress: ")[1..]);
        Assert.True(isShown, Table(server));
    }

    // It started 60 s before the step was logged.
    private static void SetStatus(HostConsole host, string status) => host.Service.On("GET", FakeService.RunPath(Job), Status(status));

    private static Func<SentRequest, HttpResponseMessage> Status(string status) =>
        FakeService.Json(
            200,
            $$$"""{"runId":"{{{Job}}}","status":"{{{status}}}","startTimeUtc":"2026-01-02T03:04:05Z","tags":{"steps":"240"}}"""
        );

    private static async Task<GitHubServer> StartAsync()
    {
        var server = await GitHubServer.StartAsync(TestContext.Current.CancellationToken);
        server.Push(Commit);
        server.Now = server.Now.AddMinutes(5);
        server.PullRequest.Files.Add(("exp_configs/demo.json", "modified", null));
        server.PullRequest.Labels.Add("train");
        return server;
    }

    private static string Table(GitHubServer server) =>
        server.ReadComments().SingleOrDefault(comment => comment.Body.Contains("model-training:verdict", StringComparison.Ordinal))?.Body
        ?? "";
}
