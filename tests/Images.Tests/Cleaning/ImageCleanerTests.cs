using System.Runtime.Versioning;
using Fixtures.Registries;
using Images.Cleaning;
using Images.Registry;
using Images.Tests.Docker;

namespace Images.Tests.Cleaning;

[UnsupportedOSPlatform("windows")]
public sealed class ImageCleanerTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Old = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset New = new(2026, 5, 30, 0, 0, 0, TimeSpan.Zero);
    private static readonly CleaningOptions Options = new(
        new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero),
        new HashSet<int> { 42 },
        Deletes: false
    );

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly FakeDocker docker = new("exit 1");

    // The beginnings of the digests as the log shows them, and the words for them in the expected files.
    private readonly List<(string Text, string Word)> digests = [];
    private DistributionRegistry server = null!;
    private ImageRegistry registry = null!;

    public async ValueTask InitializeAsync()
    {
        server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        registry = new ImageRegistry(new RegistryConnection(server.Name, "r"));
    }

    public async ValueTask DisposeAsync()
    {
        docker.Dispose();
        registry.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Clean_ListsAndDeletesNothing_WithoutTheRequest()
    {
        await PushAllAsync();

        await CleanAsync(Options, new ImageUse($"{server.Name}/r:{Tag('b')}", "job demo"), new ImageUse("elsewhere/r:latest", "job other"));

        ExpectedText.Matches("clean-list.txt", docker.Log, [(server.Name, "{registry}"), .. digests]);
        Assert.Equal(7, (await registry.ListTagsAsync(cancellation)).Count);
    }

    [Fact]
    public async Task Clean_DeletesTagsAndImages_OnRequest()
    {
        await PushAllAsync();

        await CleanAsync(Options with { Deletes = true }, new ImageUse($"{server.Name}/r:{Tag('b')}", "job demo"));

        ExpectedText.Matches("clean-deleted.txt", docker.Log, [(server.Name, "{registry}"), .. digests]);
        Assert.Equal(["main", "pr-42", Tag('b'), Tag('c'), Tag('d')], await registry.ListTagsAsync(cancellation));
    }

    [Fact]
    public async Task Clean_KeepsThePullRequests_WhenTheOpenOnesAreUnknown()
    {
        await PushAsync("pr-7", "a pull request", New);

        await CleanAsync(Options with { OpenPullRequests = null, Deletes = true });

        ExpectedText.Matches("clean-nothing.txt", docker.Log, (server.Name, "{registry}"));
        Assert.Equal(["pr-7"], await registry.ListTagsAsync(cancellation));
    }

    [Fact]
    public void RecordedImages_AreThoseOfEveryRecord()
    {
        var artifacts = Path.Combine(docker.Folder, "artifacts");
        Directory.CreateDirectory(Path.Combine(artifacts, "demo-1"));
        File.WriteAllText(
            Path.Combine(artifacts, "demo-1", "pushed-image.json"),
            """{"image":"localhost:1/r@sha256:1","repository":"localhost:1/r","digest":"sha256:1","tags":[],"change":"Created"}"""
        );

        Assert.Equal(
            [new ImageUse("localhost:1/r@sha256:1", Path.Combine("artifacts", "demo-1", "pushed-image.json"))],
            RecordedImages.Find(docker.Folder, artifacts)
        );
        Assert.Empty(RecordedImages.Find(docker.Folder, Path.Combine(docker.Folder, "missing")));
    }

    private Task CleanAsync(CleaningOptions options, params ImageUse[] uses) =>
        new ImageCleaner(docker.Run, registry).CleanAsync(options, () => Task.FromResult<IReadOnlyList<ImageUse>>(uses));

    /// <summary>Pushes an unused old image, a used one, one of an open and one of a closed pull request, and main.</summary>
    private async Task PushAllAsync()
    {
        await PushAsync(Tag('a'), "unused", Old);
        await PushAsync(Tag('b'), "used", Old.AddDays(1));
        await PushAsync(Tag('c'), "open", New);
        await TagAsync(Tag('c'), "pr-42");
        await PushAsync(Tag('d'), "closed", New);
        await TagAsync(Tag('d'), "pr-41");
        await PushAsync("main", "main", Old);
    }

    private async Task PushAsync(string tag, string layer, DateTimeOffset created)
    {
        var image = await SmallImage.PushAsync(server.Address, "r", tag, layer, created: created, cancellationToken: cancellation);
        digests.Add((image.Digest[..19], $"{{{layer}}}"));
    }

    private async Task TagAsync(string tag, string other) =>
        await registry.TagAsync((await registry.FindAsync(tag, cancellation))!, other, cancellation);

    private static string Tag(char digit) => "sha-" + new string(digit, 20);
}
