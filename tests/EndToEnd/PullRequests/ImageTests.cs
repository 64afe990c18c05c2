using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fixtures.Checkouts;
using Fixtures.CodeHosts;
using Fixtures.Pipelines;
using Fixtures.Registries;

namespace EndToEnd.PullRequests;

/// <summary>
/// Runs build.yml for the image of a pull request and of main, against a real registry that has the image already.
/// </summary>
public sealed partial class ImageTests : IAsyncLifetime
{
    private const string Experiment = "exp_configs/image.json";
    private const string Repository = "model-training";

    private DistributionRegistry? registry;
    private PipelineCheckout? checkout;
    private GitHubServer? server;

    private PipelineCheckout Repo => checkout!;

    private GitHubServer GitHub => server!;

    private IEnumerable<string> Tags => TagsOf(Repository);

    private IEnumerable<string> TagsOfPullRequests => TagsOf($"pr/{Repository}");

    /// <summary>Creates a repository whose experiment trains on Azure, in an image of a registry on this machine.</summary>
    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        registry = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        server = await GitHubServer.StartAsync(cancellation);
        checkout = await PipelineCheckout.CreateAsync(data: null);
        Write("exp_configs/pothole.json", Experiment, json =>
        {
            json.Remove("DOCKER_IMAGE");
            json["ENV_CONFIG_FILE"] = "image_config.json";
        });
        Write("configuration/dev_config.json", "configuration/image_config.json", json =>
        {
            json["REGISTRY"] = registry.Name;
            json["IMAGE_REPOSITORY"] = Repository;
        });
        await Repo.CommitToMainAsync("Train in an image");
        await Repo.SucceedAsync("--target=Plan-Experiment", $"--exp-config={Experiment}", "--read-dataset=false");
        var plan = await File.ReadAllTextAsync(Repo.PlanFile, cancellation);
        var dockerfile = await File.ReadAllTextAsync(Path.Combine(Repo.Root, "docker/gpu/Dockerfile"), cancellation);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["io.model-training.inputs"] = InputsHash().Match(plan).Groups["hash"].Value,
            ["org.opencontainers.image.base.digest"] = BaseDigest().Match(dockerfile).Value,
        };
        foreach (var repository in new[] { Repository, $"pr/{Repository}" })
        {
            await SmallImage.PushAsync(
                registry.Address,
                repository,
                ContentTag().Match(plan).Value,
                labels: labels,
                cancellationToken: cancellation
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Repo.DisposeAsync();
        await GitHub.DisposeAsync();
        await registry!.DisposeAsync();
    }

    [Fact]
    public async Task PullRequest_GetsItsTag_AndItsExperimentIsChecked()
    {
        GitHub.PullRequest.Files.Add(("exp_configs/demo.json", "modified", null));
        var (head, merge) = await Repo.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        GitHub.Push(head);

        var run = await RunAsync("pull-request", head, merge);

        Assert.Equal(["authorize", "doctor", "code-scanning", "test", "image / image", "result"], run.Jobs);
        Assert.All(run.Steps, step => Assert.True(step.ExitCode == 0, $"{step.Name}: {step.Output}"));
        Assert.Equal(["pr-42"], TagsOfPullRequests);
        Assert.Empty(Tags);
        Assert.Single(run.Uploaded);
    }

    [Fact]
    public async Task PullRequest_GetsNoImage_WhenItChangesDocumentationAlone()
    {
        GitHub.PullRequest.Files.Add(("docs/pipelines.md", "modified", null));
        var (head, merge) = await Repo.ProposeAsync(("RUN_PARAMS.STEPS", "4"));
        GitHub.Push(head);

        var run = await RunAsync("pull-request", head, merge);

        Assert.Equal(["authorize", "test", "result"], run.Jobs);
        Assert.All(run.Steps, step => Assert.True(step.ExitCode == 0, $"{step.Name}: {step.Output}"));
        Assert.Contains("image", run.Summary, StringComparison.Ordinal);
        Assert.Contains("none: ", run.Summary, StringComparison.Ordinal);
        Assert.Empty(Tags);
    }

    [Fact]
    public async Task Main_KeepsTheOrderOfItsTags_WhenItsBuildsEndOutOfOrder()
    {
        var first = Repo.Main;
        await Repo.CommitToMainAsync("Change nothing that the image is made of", isEmpty: true);
        var second = Repo.Main;
        var origin = Path.Combine(Repo.Agent, "origin.git");
        await Repo.GitAsync("clone", "--quiet", "--bare", Repo.Root, origin);
        await Repo.GitAsync("remote", "add", "origin", origin);

        var early = await RunAsync("push", first, first);

        Assert.Equal(0, early.Step("Run the target").ExitCode);
        Assert.Contains($"main is at {second}, whose build sets them", early.Step("Run the target").Output, StringComparison.Ordinal);
        Assert.Empty(Tags);

        await RunAsync("push", second, second);

        Assert.Equal(["latest", "main"], Tags.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Main_GetsNoTag_WhenGitRefusesToReadTheCheckoutOfAnotherOwner()
    {
        await Repo.CommitToMainAsync("Change nothing that the image is made of", isEmpty: true);
        var origin = Path.Combine(Repo.Agent, "origin.git");
        await Repo.GitAsync("clone", "--quiet", "--bare", Repo.Root, origin);
        await Repo.GitAsync("remote", "add", "origin", origin);

        // By this variable git takes every folder for that of another user, and refuses it in its own words.
        var run = await RunAsync("push", Repo.Main, Repo.Main, ("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"));

        Assert.Contains("detected dubious ownership in repository", run.Step("Run the target").Output, StringComparison.Ordinal);
        Assert.Empty(Tags);
    }

    private async Task<GitHubRun> RunAsync(string what, string commit, string merge, params (string Name, string Value)[] variables)
    {
        var run = new GitHubRun(Repo, GitHub, what, commit, merge);
        foreach (var (name, value) in variables)
            run.Variables[name] = value;
        run.Arguments.Add($"--variables={{\"EXP_CONFIG\":\"{Experiment}\"}}");
        // Every test of the repository would run in this one.
        run.LeftOut.UnionWith(["Test", "Install packages of the distribution"]);
        await run.RunAsync();
        return run;
    }

    private IEnumerable<string> TagsOf(string repository)
    {
        var folder = Path.Combine(registry!.StorageFolder, "docker/registry/v2/repositories", repository, "_manifests/tags");
        return Directory
            .EnumerateDirectories(folder)
            .Select(tag => Path.GetFileName(tag))
            .Where(tag => !tag.StartsWith("sha-", StringComparison.Ordinal));
    }

    private void Write(string from, string to, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Repository, from)))!.AsObject();
        change(json);
        File.WriteAllText(Path.Combine(Repo.Root, to), json.ToJsonString());
    }

    [GeneratedRegex("sha-[0-9a-f]{20}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContentTag();

    [GeneratedRegex("\"inputsHash\": ?\"(?<hash>[0-9a-f]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InputsHash();

    [GeneratedRegex("sha256:[0-9a-f]{64}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BaseDigest();
}
