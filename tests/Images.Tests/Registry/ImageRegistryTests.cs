using Fixtures.Registries;
using Fixtures.Services;
using Images.Registry;
using Workspaces.Errors;
using Workspaces.Http;

namespace Images.Tests.Registry;

/// <summary>Tests with a real registry that is not Azure's and allows deletion.</summary>
public sealed class ImageRegistryTests : IAsyncLifetime
{
    private const string Repository = "team/detection";

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private DistributionRegistry server = null!;
    private ImageRegistry registry = null!;

    public async ValueTask InitializeAsync()
    {
        server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        registry = new ImageRegistry(
            new RegistryConnection(server.Name, Repository)
            {
                Retries = RetrySettings.Default with { Delay = TimeSpan.FromMilliseconds(1) },
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        registry.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Find_ReturnsTheManifestUnchanged()
    {
        var image = await SmallImage.PushAsync(server.Address, Repository, "v1", cancellationToken: cancellation);

        var found = await registry.FindAsync("v1", cancellation);

        Assert.Equal((image.Digest, image.Manifest), (found!.Digest, found.Content.ToString()));
        Assert.Equal(image.Digest, await registry.FindDigestAsync("v1", cancellation));
    }

    [Fact]
    public async Task Find_IsNull_WhenTagOrRepositoryIsMissing()
    {
        Assert.Null(await registry.FindAsync("v1", cancellation));
        await SmallImage.PushAsync(server.Address, Repository, "v1", cancellationToken: cancellation);

        Assert.Null(await registry.FindAsync("v2", cancellation));
        var digests = await registry.FindDigestsAsync(["v1", "v2"], cancellation);
        Assert.NotNull(digests["v1"]);
        Assert.Null(digests["v2"]);
    }

    [Fact]
    public async Task Tag_StoresTheSameBytesUnderAnotherName()
    {
        var image = await SmallImage.PushAsync(server.Address, Repository, "v1", cancellationToken: cancellation);

        await registry.TagAsync((await registry.FindAsync("v1", cancellation))!, "latest", cancellation);

        var tagged = await registry.FindAsync("latest", cancellation);
        Assert.Equal((image.Digest, image.Manifest), (tagged!.Digest, tagged.Content.ToString()));
        Assert.Equal(["latest", "v1"], await registry.ListTagsAsync(cancellation));
        Assert.Equal([Repository], await registry.ListRepositoriesAsync(cancellation));
    }

    [Fact]
    public async Task ListTags_IsEmpty_WhenTheRepositoryIsMissing() => Assert.Empty(await registry.ListTagsAsync(cancellation));

    [Fact]
    public async Task Describe_ReadsLabelsHistoryAndLayers()
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["io.model-training.inputs"] = "abc" };
        var image = await SmallImage.PushAsync(server.Address, Repository, "v1", "twelve bytes", labels, cancellationToken: cancellation);

        var described = await registry.DescribeAsync((await registry.FindAsync("v1", cancellation))!, cancellation);

        Assert.Equal(image.ConfigDigest, described.ConfigDigest);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), described.Created);
        Assert.Equal("abc", described.Labels["io.model-training.inputs"]);
        Assert.Equal([12L], described.Layers.Select(layer => layer.Size));
        Assert.Equal([null, 12L], described.History.Select(step => step.Layer?.Size));
    }

    [Fact]
    public async Task DeleteTag_KeepsTheImageAndItsOtherTags()
    {
        var image = await SmallImage.PushAsync(server.Address, Repository, "sha-1", cancellationToken: cancellation);
        await registry.TagAsync((await registry.FindAsync("sha-1", cancellation))!, "pr-7", cancellation);

        await registry.DeleteTagAsync("pr-7", cancellation);
        await registry.DeleteTagAsync("never-there", cancellation);

        Assert.Null(await registry.FindDigestAsync("pr-7", cancellation));
        Assert.Equal(image.Digest, await registry.FindDigestAsync("sha-1", cancellation));
    }

    [Fact]
    public async Task DeleteManifest_DeletesEveryTag()
    {
        var image = await SmallImage.PushAsync(server.Address, Repository, "sha-1", cancellationToken: cancellation);

        await registry.DeleteManifestAsync(image.Digest, cancellation);

        Assert.Null(await registry.FindAsync(image.Digest, cancellation));
        Assert.Null(await registry.FindDigestAsync("sha-1", cancellation));
    }

    [Fact]
    public async Task FindDigest_Fails_WhenTheRegistryIsDown()
    {
        await server.KillAsync();

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => registry.FindDigestAsync("v1", cancellation));

        Assert.StartsWith($"Registry {server.Name} does not respond: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "REGISTRY in the environment config names it; start it, or correct the address.",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Find_NamesTheUser_WhenThePasswordIsWrong()
    {
        await using var guarded = await DistributionRegistry.StartAsync(
            new RegistryOptions { Users = new Dictionary<string, string>(StringComparer.Ordinal) { ["robot"] = "right" } },
            cancellation
        );
        using var stranger = new ImageRegistry(
            new RegistryConnection(guarded.Name, Repository) { Login = new RegistryLogin("robot", "planted-password") }
        );
        using var nobody = new ImageRegistry(new RegistryConnection(guarded.Name, Repository));

        var wrong = await Assert.ThrowsAsync<WorkspaceException>(() => stranger.FindAsync("v1", cancellation));
        var none = await Assert.ThrowsAsync<WorkspaceException>(() => nobody.FindDigestAsync("v1", cancellation));

        Assert.Equal(
            $"GET https://{guarded.Name}/v2/{Repository}/manifests/v1 returned 401: UNAUTHORIZED: authentication required. "
                + $"robot may not read {Repository} in {guarded.Name}, or the password is wrong.",
            wrong.Message
        );
        Assert.EndsWith(
            $"sign in with `docker login {guarded.Name}`, or set REGISTRY_USERNAME and REGISTRY_PASSWORD.",
            none.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("planted-password", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tag_NamesTheMissingPermission_WhenTheTokenIsForReadingOnly()
    {
        await using var tokens = await TokenService.StartAsync(cancellationToken: cancellation);
        tokens.Users["reader"] = new TokenUser("right", $"repository:{Repository}:pull");
        await using var guarded = await DistributionRegistry.StartAsync(new RegistryOptions { TokenService = tokens }, cancellation);
        using var reader = new ImageRegistry(
            new RegistryConnection(guarded.Name, Repository) { Login = new RegistryLogin("reader", "right") }
        );

        Assert.Null(await reader.FindAsync("v1", cancellation));
        var manifest = new ImageManifest("sha256:0", "application/vnd.docker.distribution.manifest.v2+json", BinaryData.FromString("{}"));
        var error = await Assert.ThrowsAsync<WorkspaceException>(() => reader.TagAsync(manifest, "v1", cancellation));

        Assert.Equal(401, error.Status);
        Assert.Contains($"reader may not write {Repository} in {guarded.Name}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetLogin_IsARefreshToken_ForAnAzureRegistry()
    {
        await using var tokens = await TokenService.StartAsync(cancellationToken: cancellation);
        tokens.Users["builder"] = new TokenUser("right", "repository:*:*", "registry:catalog:*");
        tokens.AadTokens["an-entra-token"] = "builder";
        await using var front = await AzureFront.StartAsync(tokens, cancellationToken: cancellation);
        using var azure = new ImageRegistry(
            new RegistryConnection(front.Address.Authority, Repository)
            {
                Credential = new FakeService.FixedCredential("an-entra-token"),
                Handler = front.CreateHandler(),
            }
        );

        var login = await azure.GetLoginAsync(cancellation);

        Assert.Equal(RegistryLogin.AzureUser, login!.Name);
        Assert.Equal(3, login.Password.Split('.').Length);
        Assert.DoesNotContain(login.Password, login.ToString(), StringComparison.Ordinal);
        Assert.Null(await azure.FindAsync("v1", cancellation));
        Assert.Empty(await azure.ListTagsAsync(cancellation));
    }

    [Theory]
    [InlineData("team.azurecr.io", true)]
    [InlineData("team.azurecr.cn", true)]
    [InlineData("azurecr.io.example", false)]
    [InlineData("localhost:5000", false)]
    public void IsAzure_DependsOnTheHost(string registry, bool expected) => Assert.Equal(expected, RegistryConnection.IsAzure(registry));
}
