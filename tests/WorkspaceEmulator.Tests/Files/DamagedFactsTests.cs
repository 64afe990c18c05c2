using Fixtures;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Tests.Files;

/// <summary>Damages the file with what a client said about a blob.</summary>
public sealed class DamagedFactsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StateFolder state;
    private readonly FolderContainer container;

    public DamagedFactsTests()
    {
        state = StateFolder.Open(Path.Combine(folder.Root, "state"), TimeProvider.System);
        folder.Write("files/container/a.txt", "content");
        container = new(new ConfinedFolder(Path.Combine(folder.Root, "files")), "container", FactsFolder, state);
        container.WriteFacts("a.txt", Facts);
    }

    private static BlobFacts Facts =>
        new(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Type"] = "text/plain" },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["owner"] = "me" }
        );

    private string FactsFolder => Path.Combine(state.Root, "blob-facts");

    private string FactsFile => Assert.Single(Directory.GetFileSystemEntries(FactsFolder));

    public void Dispose()
    {
        state.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\0\0\0\0")]
    [InlineData("""{"Blob":7,"Content":"c","Headers":{},"Metadata":{}}""")]
    [InlineData("""{"Blob":"other.txt","Content":"c","Headers":{},"Metadata":{}}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{},"Metadata":null}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{},"Metadata":{"owner":null}}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{},"Metadata":{"owner":"\u0000"}}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{},"Metadata":{"no header":"x"}}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{"Content-Type":"text\r\nx: y"},"Metadata":{}}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{"no header":"x"},"Metadata":{}}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","ContentType":"text\r\nx: y","Metadata":{}}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{},"Metadata":{},"Blocks":[null]}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{"Set-Cookie":"x"},"Metadata":{}}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{},"Metadata":{},"Blocks":[{"Id":"\u0000","Length":1}]}""")]
    [InlineData("""{"Blob":"a.txt","Content":"c","Headers":{},"Metadata":{},"Blocks":[{"Id":"QQ==","Length":-1}]}""")]
    [InlineData("""{"Blob":"\ud800","Content":"c","Headers":{},"Metadata":{}}""")]
    public void ReadFacts_SetsTheFileAsideAndNamesIt_WhenItIsDamaged(string content)
    {
        var file = FactsFile;
        File.WriteAllText(file, content);

        Assert.Equal(BlobFacts.None, container.ReadFacts("a.txt"));
        Assert.StartsWith($"{file} is damaged (", Assert.Single(state.Warnings.Messages), StringComparison.Ordinal);
        Assert.True(File.Exists($"{file}.damaged"));

        container.WriteFacts("a.txt", Facts);
        Assert.Equal("text/plain", container.ReadFacts("a.txt").Headers["Content-Type"]);
    }

    [Fact]
    public void ReadFacts_ReturnsEveryHeaderOfABlob()
    {
        var headers = BlobHeaders.OfContent.ToDictionary(name => name, _ => "value", StringComparer.Ordinal);
        headers = BlobHeaders.WithCopy(headers, "https://localhost/account/container/b.txt", 7, DateTimeOffset.UnixEpoch);

        container.WriteFacts("a.txt", Facts with { Headers = headers });

        Assert.Equal(headers, container.ReadFacts("a.txt").Headers);
        Assert.Empty(state.Warnings.Messages);
    }

    [Fact]
    public void ReadFacts_SetsTheFileAsideOnce_WhenSeveralRequestsFindTheDamage()
    {
        var file = FactsFile;
        for (var round = 1; round <= 100; round++)
        {
            File.WriteAllText(file, "{");

            Parallel.For(0, 8, _ => Assert.Equal(BlobFacts.None, container.ReadFacts("a.txt")));

            Assert.Equal(round, state.Warnings.Messages.Count);
        }
    }

    [Fact]
    public void ReadFacts_LeavesTheFile_WhenItCannotBeReadNow()
    {
        using (new FileStream(FactsFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.Throws<IOException>(() => container.ReadFacts("a.txt"));

        Assert.Equal("text/plain", container.ReadFacts("a.txt").Headers["Content-Type"]);
        Assert.Empty(state.Warnings.Messages);
    }

    [Fact]
    public void WriteFacts_ReplacesAFolder_WhenOneIsInThePlaceOfTheFile()
    {
        var file = FactsFile;
        File.Delete(file);
        Directory.CreateDirectory(file);

        container.WriteFacts("a.txt", Facts);

        Assert.Equal("text/plain", container.ReadFacts("a.txt").Headers["Content-Type"]);
        Assert.Contains($"{file} is damaged (it is a folder)", Assert.Single(state.Warnings.Messages), StringComparison.Ordinal);
        Assert.True(container.Delete("a.txt"));
        Assert.False(File.Exists(file));
    }
}
