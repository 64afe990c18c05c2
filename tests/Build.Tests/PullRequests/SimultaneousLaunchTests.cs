using Build.Tests.Doubles;
using CodeHosts.Comments;
using Fixtures.CodeHosts;

namespace Build.Tests.PullRequests;

/// <summary>The label and a comment request a run at the same moment: two pipelines, each with its own machine.</summary>
public sealed class SimultaneousLaunchTests
{
    private const string Commit = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public async Task Launch_KeepsTheCapAndEveryJob_WhereverAnotherLaunchOvertakesIt(int most, int expected)
    {
        for (var (point, isHeld) = (0, true); isHeld; point++)
        {
            await using var server = await GitHubServer.StartAsync(TestContext.Current.CancellationToken);
            server.Push(Commit);
            server.Now = server.Now.AddMinutes(5);
            server.PullRequest.Files.Add(("exp_configs/demo.json", "modified", null));
            server.PullRequest.Labels.Add("train");
            var comment = server.Comment("octocat", "/train exp_configs/demo.json RUN_PARAMS.STEPS=60");
            using var first = AuthorizedHost.Create(
                server,
                "pull_request",
                server.Event("labeled", label: "train"),
                "demo-000000000001",
                most
            );
            using var second = AuthorizedHost.Create(
                server,
                "issue_comment",
                server.Event("created", comment: comment),
                "demo-000000000002",
                most
            );

            var held = server.Hold(point);
            var early = LaunchAsync(first);
            isHeld = await held.IsHeldAsync(early);
            var late = await LaunchAsync(second);
            held.Release();
            var texts = $"held at {point}\n{await early}\n{late}";

            var submitted = Submitted(first).Concat(Submitted(second)).ToList();
            Assert.True(submitted.Count == expected, texts);
            var text = CommentText.Read(Assert.Single(server.PullRequest.Comments, one => IsOwn(one) && !one.IsDeleted).Body);
            Assert.Equal(submitted.Order(StringComparer.Ordinal), text.Jobs.Select(job => job.Job).Order(StringComparer.Ordinal));
            if (most == 1)
            {
                Assert.Contains(
                    "nothing was submitted: the pull request would have more than 1 job at a time",
                    texts,
                    StringComparison.Ordinal
                );
            }
        }
    }

    private static bool IsOwn(HostedComment comment) => comment.AuthorId == CodeHostNames.ActionsId;

    private static Task<string> LaunchAsync(HostConsole host) => Task.Run(() => host.Run("--target=Launch", "--wait=false"));

    private static IEnumerable<string> Submitted(HostConsole host) =>
        host.Processes.Started.Any(command => command.Contains("--target=Train", StringComparison.Ordinal))
            ? Directory.EnumerateDirectories(Path.Combine(host.Root, "artifacts")).Select(folder => Path.GetFileName(folder))
            : [];
}
