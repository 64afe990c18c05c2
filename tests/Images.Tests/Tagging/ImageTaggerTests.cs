using Fixtures.Registries;
using Images.Registry;
using Images.Tagging;

namespace Images.Tests.Tagging;

public sealed class ImageTaggerTests : IAsyncLifetime
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly List<string> log = [];
    private DistributionRegistry server = null!;
    private ImageRegistry registry = null!;

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
    public async Task SetMissing_SetsOnlyTagsThatLeadElsewhere()
    {
        await SmallImage.PushAsync(server.Address, "r", "main", "an older layer", cancellationToken: cancellation);
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        var manifest = (await registry.FindAsync("sha-1", cancellation))!;

        Assert.Equal(["main", "latest"], await ImageTagger.SetMissingAsync(registry, manifest, ["main", "latest"], cancellation));
        Assert.Empty(await ImageTagger.SetMissingAsync(registry, manifest, ["main", "latest"], cancellation));
        Assert.Equal(image.Digest, await registry.FindDigestAsync("main", cancellation));
    }

    [Fact]
    public async Task Tag_ReportsEachCase()
    {
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        var missing = "sha256:" + new string('0', 64);

        await TagAsync(digest: null, "main");
        await TagAsync(image.Digest, "main", "latest");
        await TagAsync(image.Digest, "main", "latest");
        await TagAsync(image.Digest);
        await TagAsync(missing, "main");

        ExpectedText.Matches("tag.txt", log);
    }

    private Task TagAsync(string? digest, params string[] tags) => ImageTagger.TagAsync(registry, digest, tags, log.Add, cancellation);
}
