using System.Formats.Tar;
using System.IO.Compression;
using Images.Building;
using Images.Inputs;

namespace Images.Tests.Building;

public sealed class ImageLabelsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("image-labels-");

    public ImageLabelsTests()
    {
        Write("Dockerfile", "FROM scratch\n");
        Write("src/a.py", "a");
        Write("src/b.py", "b");
    }

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void FindChanges_NamesEachInputThatDiffers()
    {
        var earlier = ImageLabels.For(Read("1"), "c1", "sha256:base", DateTimeOffset.UnixEpoch);
        Write("src/a.py", "changed");
        Write("src/c.py", "c");
        File.Delete(Path.Combine(folder.FullName, "src/b.py"));

        Assert.Equal(
            ["changed  --build-arg A", "changed  src/a.py", "added    src/c.py", "removed  src/b.py"],
            ImageLabels.FindChanges(Read("2"), earlier)
        );
        Assert.Empty(
            ImageLabels.FindChanges(Read("2"), ImageLabels.For(Read("2"), commit: null, baseDigest: null, DateTimeOffset.UnixEpoch))!
        );
    }

    [Fact]
    public void FindChanges_IsNull_WhenTheEarlierImageDoesNotNameItsInputs() =>
        Assert.Null(ImageLabels.FindChanges(Read("1"), new Dictionary<string, string>()));

    [Theory]
    [InlineData("""{"src/a.py":"0a1b2c"}""")]
    [InlineData("")]
    [InlineData("src/a.py")]
    [InlineData("src/a.py=1=2")]
    public void FindChanges_IsNull_WhenAnotherBuildWroteTheLabel(string label) =>
        Assert.Null(ImageLabels.FindChanges(Read("1"), new Dictionary<string, string> { [ImageLabels.Files] = label }));

    [Fact]
    public void For_LeavesNoCharacter_ThatACommandLineCanLose()
    {
        Write("src/an \"odd\" \\name\\ = 100%;$x.py", "odd");
        var labels = ImageLabels.For(Read("1"), "c1", "sha256:base", DateTimeOffset.UnixEpoch);

        Assert.All(labels.Values, value => Assert.Matches("^[A-Za-z0-9:;=%/._~-]*$", value));
        Assert.Empty(ImageLabels.FindChanges(Read("1"), labels)!);
        Write("src/an \"odd\" \\name\\ = 100%;$x.py", "changed");
        Assert.Equal(["changed  src/an \"odd\" \\name\\ = 100%;$x.py"], ImageLabels.FindChanges(Read("1"), labels));
    }

    [Fact]
    public void For_NamesRevisionTimeBaseAndInputs()
    {
        var labels = ImageLabels.For(Read("1"), "c1", "sha256:base", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

        Assert.Equal(
            ("c1", "2026-01-02T03:04:05Z", "sha256:base", Read("1").Hash),
            (
                labels["org.opencontainers.image.revision"],
                labels["org.opencontainers.image.created"],
                labels["org.opencontainers.image.base.digest"],
                labels["io.model-training.inputs"]
            )
        );
    }

    [Fact]
    public async Task WriteAsync_WritesTheInputsWithoutTimes()
    {
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        await ContextArchive.WriteAsync(folder.FullName, Read("1"), first, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(Path.Combine(folder.FullName, "src/a.py"), DateTime.UnixEpoch);
        await ContextArchive.WriteAsync(folder.FullName, Read("1"), second, TestContext.Current.CancellationToken);

        Assert.Equal(first.ToArray(), second.ToArray());
        first.Position = 0;
        await using var tar = new TarReader(new GZipStream(first, CompressionMode.Decompress));
        var names = new List<string>();
        while (await tar.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry)
            names.Add(entry.Name);
        Assert.Equal(["Dockerfile", "src/a.py", "src/b.py"], names.Order(StringComparer.Ordinal));
    }

    private ImageInputs Read(string argument) =>
        ImageInputs.Read(folder.FullName, "Dockerfile", new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = argument });

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.FullName, path))!);
        File.WriteAllText(Path.Combine(folder.FullName, path), text);
    }
}
