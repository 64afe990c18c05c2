using System.Text.Json.Nodes;
using Fixtures.CodeHosts;
using Fixtures.Registries;

namespace EndToEnd.PullRequests;

/// <summary>What build.yml does about the image of a pull request and of main, against a real registry that has the image already.</summary>
public sealed class ImageTests : IAsyncLifetime
{
    private const string Repository = "model-training";

    private DistributionRegistry? registry;
    private PipelineCheckout? checkout;
    private GitHubServer? server;

    private PipelineCheckout Repo => checkout!;

    private GitHubServer GitHub => server!;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        registry = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        server = await GitHubServer.StartAsync(cancellation);
        checkout = await PipelineCheckout.CreateAsync(data: null);
        // As for Azure: no emulator, so that the job runs in an image.
        Repo.WriteEnvironment(("REGISTRY", $"\"{registry.Name}\""), ("IMAGE_REPOSITORY", $"\"{Repository}\""), ("ENDPOINT", "null"));
        await Repo.CommitAsync("Use a registry");
    }

    public async ValueTask DisposeAsync()
    {
        await Repo.DisposeAsync();
        await GitHub.DisposeAsync();
        await registry!.DisposeAsync();
    }

    [Fact]
    public async Task PullRequest_GetsNoImage_WhenItChangesDocumentationAlone()
    {
        GitHub.PullRequest.Files.Add(("docs/pipelines.md", "modified", null));
        var (head, merge) = await Repo.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        GitHub.Push(head);
        var run = Run("pull-request", head, merge);

        await run.RunAsync();

        Assert.Equal(["authorize", "test", "result"], run.Jobs);
        Assert.All(run.Steps, step => Assert.True(step.ExitCode == 0, step.Output));
        Assert.Matches("image.*none: ", run.Summary);
    }

    private GitHubRun Run(string what, string commit, string merge)
    {
        var run = new GitHubRun(Repo, GitHub, what, commit, merge);
        run.Arguments.Add("--variables={\"EXP_CONFIG\":\"exp_configs/demo.json\"}");
        // Every test of the repository would run in this one.
        run.LeftOut.UnionWith(["Test", "Install packages of the distribution"]);
        return run;
    }
}
