using Datasets.Pictures;
using Datasets.Stores;
using Fixtures;

namespace Datasets.Tests;

public sealed class RememberedPicturesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CountingDecoder decoder = new();

    public RememberedPicturesTests()
    {
        Write("a.png", "one", minutesAgo: 9);
        Write("b.png", "other", minutesAgo: 9);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task DecodeAsync_DecodesNothing_WhenNothingChanged()
    {
        var first = await DecodeAsync();
        var second = await DecodeAsync();

        Assert.Equal(["a.png", "b.png"], decoder.Decoded);
        Assert.Equal(first["a.png"].Size, second["a.png"].Size);
        Assert.Equal(["alpha"], second["a.png"].Traits);
        Assert.Equal("cannot be read", second["b.png"].Fault);
    }

    [Theory]
    [InlineData("longer", 9, "decoder")]
    [InlineData("two", 8, "decoder")]
    [InlineData("one", 9, "another decoder")]
    public async Task DecodeAsync_DecodesAgain_WhenSizeOrTimeOrDecoderChanged(string content, int minutesAgo, string version)
    {
        await DecodeAsync();
        Write("a.png", content, minutesAgo);
        decoder.Decoded.Clear();

        await DecodeAsync(version);

        Assert.Contains("a.png", decoder.Decoded);
        Assert.Equal(version != "decoder", decoder.Decoded.Contains("b.png", StringComparer.Ordinal));
    }

    [Fact]
    public async Task DecodeAsync_RemembersNothing_WhenTheFileWasJustWritten()
    {
        Write("a.png", "one", minutesAgo: 0);
        await DecodeAsync();
        decoder.Decoded.Clear();

        await DecodeAsync();

        Assert.Equal(["a.png"], decoder.Decoded);
    }

    [Fact]
    public async Task DecodeAsync_DecodesAgain_WhenTheContentOfALinkChanged()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows allows links only to some users.");
        File.CreateSymbolicLink(Path.Combine(folder.Root, "link.png"), "a.png");
        await DecodeAsync(names: ["link.png"]);
        Write("a.png", "longer", minutesAgo: 8);

        await DecodeAsync(names: ["link.png"]);

        Assert.Equal(["link.png", "link.png"], decoder.Decoded);
    }

    [Fact]
    public async Task DecodeAsync_DecodesNothing_WhenTheFilesAreTooManyBytes()
    {
        var pictures = Open("decoder", mostBytes: 7);

        Assert.Null(await pictures.DecodeAsync(folder.Root, ["a.png", "b.png"], TestContext.Current.CancellationToken));
        Assert.Equal(8, pictures.TooManyBytes);
        Assert.Empty(decoder.Decoded);
    }

    private RememberedPictures Open(string version, long? mostBytes = null) =>
        new(decoder, version, new ContentCache(Path.Combine(folder.Root, "memory.json")), TimeProvider.System) { MostBytes = mostBytes };

    private async Task<IReadOnlyDictionary<string, ImageReading>> DecodeAsync(string version = "decoder", string[]? names = null) =>
        (await Open(version).DecodeAsync(folder.Root, names ?? ["a.png", "b.png"], TestContext.Current.CancellationToken))!;

    private void Write(string name, string content, int minutesAgo)
    {
        var file = folder.Write(name, System.Text.Encoding.UTF8.GetBytes(content));
        File.SetLastWriteTimeUtc(file, Now.AddMinutes(-minutesAgo));
    }

    // One moment, so that a file of the same age has the same time.
    private DateTime Now { get; } = TimeProvider.System.GetUtcNow().UtcDateTime;

    private sealed class CountingDecoder : IPictureDecoder
    {
        public List<string> Decoded { get; } = [];

        public Task<IReadOnlyDictionary<string, ImageReading>?> DecodeAsync(
            string folder,
            IReadOnlyCollection<string> names,
            CancellationToken cancellationToken
        )
        {
            Decoded.AddRange(names);
            return Task.FromResult<IReadOnlyDictionary<string, ImageReading>?>(
                names.ToDictionary(
                    name => name,
                    name => name == "b.png" ? new ImageReading(null, "cannot be read") : new(new ImageSize(8, 6, 6)) { Traits = ["alpha"] },
                    StringComparer.Ordinal
                )
            );
        }
    }
}
