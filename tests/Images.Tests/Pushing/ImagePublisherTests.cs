using System.Runtime.Versioning;
using Cake.Core;
using Experiments.Plans.Images;
using Fixtures.Registries;
using Images.Building;
using Images.Pushing;
using Images.Registry;
using Images.Tagging;
using Images.Tests.Docker;
using Workspaces.Connection;

namespace Images.Tests.Pushing;

[UnsupportedOSPlatform("windows")]
public sealed class ImagePublisherTests : IAsyncLifetime
{
    private const string ContentTag = "sha-0123456789abcdef0123";

    private static readonly BuildSource Source = new("feature/x", null, IsMain: false, "c1");

    private static readonly Dictionary<string, string> NoLabels = [];

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly List<BuiltImage> records = [];
    private DistributionRegistry server = null!;
    private ImageRegistry registry = null!;

    private string Name => $"{server.Name}/r";

    private ImageReference Image => new(Name, ContentTag, Digest: null);

    public async ValueTask InitializeAsync()
    {
        server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        registry = new ImageRegistry(new RegistryConnection(server.Name, "r"));
    }

    public async ValueTask DisposeAsync()
    {
        registry.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Publish_PushesAndSetsTags_WhenTheImageWasBuilt()
    {
        var image = await SmallImage.PushAsync(server.Address, "r", ContentTag, cancellationToken: cancellation);
        using var docker = CreateDocker(image);
        var built = Built(image.ConfigDigest) with { Steps = [new("1/1", "COPY a", IsCached: false, 1)] };

        var pushed = await Publisher(docker).PublishAsync(built, ["feature-x"], () => Task.FromResult(Source), records.Add);

        Assert.Equal((Name, image.Digest, StageChange.Created), (pushed.Repository, pushed.Digest, pushed.Change));
        Assert.Equal([ContentTag, "feature-x"], pushed.Tags);
        Assert.Equal(["cache-feature-x", "feature-x", ContentTag], await registry.ListTagsAsync(cancellation));
        var record = Assert.Single(records);
        Assert.Equal((image.Digest, null, StageChange.Unchanged), (record.Digest, record.ImageId, record.Change));
        ExpectedText.Matches("publish.txt", docker.Log, (image.Digest, "{digest}"), (server.Name, "{registry}"));
    }

    [Fact]
    public async Task Publish_PushesNothing_WhenTheRegistryHasTheImage()
    {
        using var docker = new FakeDocker("exit 1");
        var publisher = new ImagePublisher(docker.Run, Image, NoLabels, () => throw new InvalidOperationException("No request is needed."));

        var pushed = await publisher.PublishAsync(
            BuiltImage.Found(Image.ToString(), "sha256:1"),
            ["main"],
            () => Task.FromResult(Source),
            records.Add
        );

        Assert.Equal(($"{Name}@sha256:1", StageChange.Unchanged), (pushed.Image, pushed.Change));
        Assert.Equal([ContentTag, "main"], pushed.Tags);
        Assert.Empty(docker.Calls);
        Assert.Empty(records);
    }

    [Fact]
    public async Task Publish_Fails_WhenTheEngineHasAnotherImage()
    {
        using var docker = new FakeDocker("[ \"$2\" = inspect ] && echo sha256:other; exit 0");

        var error = await Assert.ThrowsAsync<CakeException>(() =>
            Publisher(docker).PublishAsync(Built("sha256:built"), [], () => Task.FromResult(Source), records.Add)
        );

        Assert.Equal(
            $"The engine's {Image} is not the image that was built (sha256:built); it must be. "
                + "Build it again: dotnet cake --target=Docker-Push --rebuild",
            error.Message
        );
    }

    [Fact]
    public async Task Publish_Fails_WhenTheRecordIsAboutAnotherImage()
    {
        using var docker = new FakeDocker("exit 1");

        var error = await Assert.ThrowsAsync<CakeException>(() =>
            Publisher(docker).PublishAsync(BuiltImage.Found($"{Name}:sha-2", "sha256:1"), [], () => Task.FromResult(Source), records.Add)
        );

        Assert.Equal(
            $"built-image.json is about {Name}:sha-2; it must be about {Image}. Build it: dotnet cake --target=Docker-Build",
            error.Message
        );
    }

    [Fact]
    public async Task Publish_Fails_WhenAzuresImageIsMissing()
    {
        using var docker = new FakeDocker("exit 1");
        var digest = "sha256:" + new string('0', 64);

        var error = await Assert.ThrowsAsync<CakeException>(() =>
            Publisher(docker).PublishAsync(Built(id: null) with { Digest = digest }, [], () => Task.FromResult(Source), records.Add)
        );

        Assert.Equal(
            $"{Name}@{digest} is missing in the registry, although Azure reported that it pushed it. "
                + "Build it again: dotnet cake --target=Docker-Push --cloud-build --rebuild",
            error.Message
        );
    }

    [Fact]
    public async Task Pin_FindsTheDigestOfTheTag()
    {
        var image = await SmallImage.PushAsync(server.Address, "r", "v1", cancellationToken: cancellation);
        using var docker = new FakeDocker("exit 1");
        var other = new ImageReference(Name, "v1", null);

        var pushed = await new ImagePublisher(docker.Run, other, NoLabels, () => registry).PinAsync();

        Assert.Equal(($"{Name}@{image.Digest}", StageChange.Unchanged), (pushed.Image, pushed.Change));
        Assert.Equal(["v1"], pushed.Tags);
    }

    [Fact]
    public async Task Pin_Fails_WhenTheTagIsMissing()
    {
        using var docker = new FakeDocker("exit 1");
        var other = new ImageReference(Name, "v1", null);

        var error = await Assert.ThrowsAsync<CakeException>(() =>
            new ImagePublisher(docker.Run, other, NoLabels, () => registry).PinAsync()
        );

        Assert.Equal($"{Name}:v1 is missing in its registry; DOCKER_IMAGE must name an image that exists.", error.Message);
    }

    // The registry has the image already, as after a push.
    private static FakeDocker CreateDocker(SmallImage image) =>
        new(
            $"""
            case "$1 $2" in
            "image inspect") echo {image.ConfigDigest} ;;
            push*) echo 'latest: digest: {image.Digest} size: 1' ;;
            esac
            """
        );

    private ImagePublisher Publisher(FakeDocker docker) => new(docker.Run, Image, NoLabels, () => registry);

    private BuiltImage Built(string? id) => new(Image.ToString(), StageChange.Created, null, id, null, [], []);
}
